/** The texts round the circle: the rim's level beside its arcs, those inside along the radius. */
import type { Selection } from "d3-selection";
import { shorten } from "./address";
import { aliasOf, writeNamed, type Named } from "./alias";
import type { Picture } from "./chord";
import { amountText, pairText, shareText } from "./format";
import type { Frame } from "./frame";
import type { Arc, Layout } from "./layout";
import { hasRoom, middle, pointAt, radialTransform } from "./marks";
import type { ArcMark, LabelMark, Scene } from "./motion";
import { nameOf } from "./words";

type Layer = Selection<SVGGElement, unknown, null, undefined>;

/** Longest address that stands beside an arc whole. */
const LONGEST_NAME = 17;
/** Longest name of what stands inside: more would push the circle together. */
const LONGEST_INSIDE = 9;

export function drawLabels(layer: Layer, scene: Scene, picture: Picture): void {
  const { frame, measure } = picture;
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
    .attr("data-key", (mark) => mark.key)
    .attr("data-label", (mark) => mark.key)
    .attr("opacity", (mark) => mark.opacity)
    .classed("selected", (mark) => mark.key === picture.chosen);
  group
    .select("path")
    .attr("d", ({ place: { leader } }) =>
      leader ? `M${leader[0]},${leader[1]}L${leader[2]},${leader[3]}` : "",
    );
  group
    .select<SVGTextElement>(".name")
    .attr("x", ({ place }) => place.x)
    .attr("y", ({ place }) => place.y)
    .attr("dy", "-.05em")
    .attr("text-anchor", ({ place }) => place.anchor)
    .classed("mono", ({ arc }) => arc.place.kind === "peer" || arc.place.kind === "network")
    .each(function ({ arc }) {
      writeNamed(this, labelWords(arc, picture));
    });
  group
    .select(".rate")
    .attr("x", ({ place }) => place.x)
    .attr("y", ({ place }) => place.y + frame.type.rate + 4)
    .attr("text-anchor", ({ place }) => place.anchor)
    .text(({ arc, place }) => {
      if (place.lines === 1) return "";
      if (short || arc.place.kind === "network") return amountText(arc.sent, measure);
      const [out, into] = pairText(arc.sent, arc.received, measure);
      return `↑ ${out}  ↓ ${into}`;
    });
}

/** What an arc is called beside the circle: its address, and the name of its box. */
export function labelWords(arc: Arc, { frame, rim, peerPrefix }: Picture): Named {
  const short = frame.size === "phone";
  const prefix = short || arc.place.name !== "" ? peerPrefix : "";
  if (arc.place.kind === "other") return [short ? "other" : otherName(arc, rim), ""];
  return [rimName(arc, prefix), short ? "" : aliasOf(arc.place.name)];
}

export function drawInsideNames(layer: Layer, scene: Scene, picture: Picture): void {
  const { frame, insidePrefix } = picture;
  layer
    .selectAll<SVGTextElement, ArcMark>("text")
    .data(
      scene.inside.filter(
        ({ arc }) => hasRoom(arc, frame.outer, frame.type.inside + 3) && !reachesLegend(arc, frame),
      ),
      (mark) => mark.key,
    )
    .join("text")
    .attr("class", ({ arc }) => (arc.place.address === "" ? "" : "mono"))
    .classed("culprit", ({ key }) => key === picture.culprit?.sender)
    .attr("dy", ".34em")
    .attr("opacity", (mark) => mark.opacity)
    .attr("transform", (mark) => radialTransform(mark, frame.outer + 7).transform)
    .attr("text-anchor", (mark) => (radialTransform(mark, 0).flipped ? "end" : "start"))
    .text(({ arc }) => insideName(arc, insidePrefix));
}

/** Whether a name along the radius would lie on the legend. */
function reachesLegend(arc: Arc, { x, y, outer, namesRoom, legend }: Frame): boolean {
  if (legend === null) return false;
  const [right, bottom] = pointAt(middle(arc), outer + namesRoom);
  return x + right < legend.right + 8 && y + bottom > legend.top - 8;
}

/** What stands beside an arc inside, without what the legend says once. */
export function insideName({ place }: Arc, prefix: string): string {
  if (place.kind === "other") return "other";
  if (place.address === "") return "no IP";
  return shorten(withoutPrefix(place.address, prefix), LONGEST_INSIDE);
}

/** How many it stands for, where that is known, and how much of the whole they send. */
function otherName({ place, sent }: Arc, { arcs }: Layout): string {
  const share = shareText(
    sent,
    arcs.reduce((sum, arc) => sum + arc.sent, 0),
  );
  if (place.merged === 0) return `other (${share})`;
  return `other (${String(place.merged)} ${place.rim === "other" ? "peers" : "more"}, ${share})`;
}

function rimName({ place }: Arc, prefix: string): string {
  switch (place.kind) {
    case "peer": {
      const rest = withoutPrefix(place.address, prefix);
      return rest === place.address ? shorten(rest, LONGEST_NAME) : `.${rest}`;
    }
    case "groups":
      return "multicast";
    default:
      return nameOf(place);
  }
}

function withoutPrefix(address: string, prefix: string): string {
  return prefix !== "" && address.startsWith(prefix) ? address.slice(prefix.length) : address;
}
