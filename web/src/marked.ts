/** The culprit on the circle: the amber outline of its own flow, and the flag at its peer. */
import type { Selection } from "d3-selection";
import type { Picture } from "./chord";
import { standingFor } from "./chosen";
import { amountText, quantity } from "./format";
import * as marks from "./marks";
import type { EndMark, LabelMark, RibbonMark, Scene } from "./motion";
import { labelWords } from "./names";
import { thingsOf } from "./things";

type Layer = Selection<SVGGElement, unknown, null, undefined>;

/** What the culprit's own flow carries each way, in the measure's unit. */
export interface OwnFlow {
  readonly sent: number;
  readonly received: number;
}

/** Round its own flow, which may be a part of a ribbon. */
export function drawOutline(layer: Layer, scene: Scene, picture: Picture): void {
  const { culprit, own } = picture;
  const standing = standingFor(
    picture.inside.arcs.map(({ place }) => place),
    culprit?.key ?? null,
  );
  const ribbons =
    culprit?.hasReceiver === true && standing !== null
      ? scene.ribbons.filter(({ ribbon: { a, b } }) => standing.pair(a.place, b.place))
      : [];
  layer
    .selectAll<SVGPathElement, RibbonMark>("path")
    .data(ribbons.slice(0, 1), ({ key }) => key)
    .join("path")
    .attr("opacity", ({ opacity }) => opacity)
    .attr("d", (mark) => marks.ribbonPath(ownPart(mark, culprit?.sender ?? "", own)));
}

/** The part of a ribbon that a flow is, at the beginning of either end. */
function ownPart(mark: RibbonMark, sender: string, own: OwnFlow): Pick<RibbonMark, "a" | "b"> {
  const [from] = thingsOf(sender);
  const { a, b } = mark.ribbon;
  const isFirst = a.place.key === sender || (b.place.key !== sender && a.place.peer === from?.peer);
  const [sending, receiving] = isFirst ? [own.sent, own.received] : [own.received, own.sent];
  return { a: part(mark.a, sending, a.value), b: part(mark.b, receiving, b.value) };
}

function part(end: EndMark, value: number, whole: number): EndMark {
  const share = whole > 0 ? Math.min(1, value / whole) : 1;
  return { ...end, end: end.start + (end.end - end.start) * share };
}

/** The number by which it grew, beside the label of the arc that its sender is in. */
export function drawFlag(layer: Layer, scene: Scene, picture: Picture): void {
  const { culprit, frame, measure } = picture;
  const places = picture.inside.arcs.map(({ place }) => place);
  const sender = standingFor(places, culprit?.sender ?? null);
  const rim = places.find((place) => sender?.place(place))?.rim;
  const label = scene.labels.find(({ arc }) => arc.place.key === rim);
  const rate = { ...measure, size: "wire", period: "rate" } as const;
  const short = frame.size === "phone";
  const text = culprit === null ? "" : amountText(culprit.more, rate);
  const said = short ? quantity(culprit?.more ?? 0, rate).digits : text;
  const group = layer
    .selectAll<SVGGElement, LabelMark>("g")
    .data(label ? [label] : [], ({ key }) => key)
    .join((enter) => {
      const made = enter.append("g").attr("class", "flag");
      made.append("rect");
      made.append("path");
      made.append("text");
      return made;
    })
    .attr("opacity", ({ opacity }) => opacity)
    .attr("transform", (mark) => flagPlace(mark, said, picture));
  const size = frame.type.rate;
  const width = flagWidth(said, size);
  group
    .select("rect")
    // On a phone there is no room for more than the number.
    .attr("visibility", short ? "hidden" : null)
    .attr("width", width)
    .attr("height", size + 7)
    .attr("rx", 4);
  group.select("path").attr("d", `M6,${size + 1}h${size * 0.7}l${-size * 0.35},${-size * 0.62}Z`);
  group
    .select("text")
    .attr("x", 10 + size * 0.7)
    .attr("y", size + 1.5)
    .text(said);
}

function flagWidth(text: string, size: number): number {
  return 16 + size * 0.7 + text.length * size * 0.56;
}

function flagPlace({ place, arc }: LabelMark, said: string, picture: Picture): string {
  const { type, size: sizeClass } = picture.frame;
  const size = type.rate;
  const [address, alias] = labelWords(arc, picture);
  const beside = alias === "" ? 0 : alias.length * size * 0.6 + type.address / 2;
  const gap = sizeClass === "phone" ? 0 : 10;
  const name = address.length * type.address * 0.6 + beside + gap;
  const x = place.anchor === "start" ? place.x + name : place.x - name - flagWidth(said, size);
  return `translate(${x.toFixed(1)},${(place.y - size - 2).toFixed(1)})`;
}
