/** The texts round the circle: peers level beside their arcs, endpoints along the radius. */
import type { Selection } from "d3-selection";
import { shorten } from "./address";
import type { Picture } from "./chord";
import { amountText, pairText } from "./format";
import type { Arc } from "./layout";
import { hasRoom, radialTransform } from "./marks";
import type { ArcMark, LabelMark, Scene } from "./motion";

type Layer = Selection<SVGGElement, unknown, null, undefined>;

/** Longest address that stands beside an arc whole. */
const LONGEST_NAME = 17;

export function drawLabels(layer: Layer, scene: Scene, picture: Picture): void {
  const { frame, measure, peerPrefix } = picture;
  const short = frame.size === "phone";
  const group = layer
    .selectAll<SVGGElement, LabelMark>("g")
    .data(scene.labels, (mark) => mark.key)
    .join((enter) => {
      const made = enter.append("g").attr("class", "label");
      made.append("path");
      made.append("text").attr("class", "name");
      made.append("text").attr("class", "rate");
      return made;
    })
    .attr("data-label", (mark) => mark.key)
    .attr("opacity", (mark) => mark.opacity)
    .classed("selected", (mark) => mark.key === picture.selected);
  group
    .select("path")
    .attr("d", ({ place: { leader } }) =>
      leader ? `M${leader[0]},${leader[1]}L${leader[2]},${leader[3]}` : "",
    );
  group
    .select(".name")
    .attr("x", ({ place }) => place.x)
    .attr("y", ({ place }) => place.y)
    .attr("dy", "-.05em")
    .attr("text-anchor", ({ place }) => place.anchor)
    .classed("mono", ({ arc }) => arc.place.kind !== "other")
    .text(({ arc }) => peerName(arc, short ? peerPrefix : ""));
  group
    .select(".rate")
    .attr("x", ({ place }) => place.x)
    .attr("y", ({ place }) => place.y + frame.type.rate + 4)
    .attr("text-anchor", ({ place }) => place.anchor)
    .text(({ arc, place }) => {
      if (place.lines === 1) return "";
      if (short) return amountText(arc.sent, measure);
      const [out, into] = pairText(arc.sent, arc.received, measure);
      return `↑ ${out}  ↓ ${into}`;
    });
}

export function drawEndpointNames(layer: Layer, scene: Scene, picture: Picture): void {
  const { frame, endpointPrefix } = picture;
  const height = frame.type.endpoint;
  layer
    .selectAll<SVGTextElement, ArcMark>("text")
    .data(
      scene.endpoints.filter((mark) => hasRoom(mark.arc, frame.outer, height)),
      (mark) => mark.key,
    )
    .join("text")
    .attr("class", ({ arc }) => (arc.place.address === "" ? "" : "mono"))
    .attr("dy", ".34em")
    .attr("opacity", (mark) => mark.opacity)
    .attr("transform", (mark) => radialTransform(mark, scene.outer + 7).transform)
    .attr("text-anchor", (mark) => (radialTransform(mark, 0).flipped ? "end" : "start"))
    .text(({ arc }) => endpointName(arc, endpointPrefix));
}

/** What stands beside an endpoint's arc, without what the legend says once. */
export function endpointName({ place }: Arc, prefix: string): string {
  if (place.kind === "other") return "other";
  if (place.address === "") return "no address";
  return shorten(withoutPrefix(place.address, prefix), LONGEST_NAME);
}

function peerName({ place }: Arc, prefix: string): string {
  if (place.kind === "other") {
    return place.merged > 0 && prefix === "" ? `other (${String(place.merged)} peers)` : "other";
  }
  const rest = withoutPrefix(place.address, prefix);
  return rest === place.address ? shorten(rest, LONGEST_NAME) : `.${rest}`;
}

function withoutPrefix(address: string, prefix: string): string {
  return prefix !== "" && address.startsWith(prefix) ? address.slice(prefix.length) : address;
}
