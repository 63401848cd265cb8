/** The strands as paths, kept by key so that they glide to their next place. */
import type { Selection as Picked } from "d3-selection";
import { networkKey } from "../things";
import { bandPath, type Band } from "./bands";
import type { Strand } from "./network";
import type { SankeyPicture } from "./picture";
import { strandKey, strandWords } from "./words";

export type Layer = Picked<SVGGElement, unknown, null, undefined>;
export type Side = "into" | "out";

/** Strands thinner than this, in px, are hit beside themselves too. */
const THIN = 6;
/** Space between a box and its strands. */
const GAP = 2;

export function drawStrands(layer: Layer, side: Side, picture: SankeyPicture): void {
  const [senders, networks, receivers] = picture.columns;
  const [from, to] = side === "into" ? [senders, networks] : [networks, receivers];
  const [x0, x1] = [from + picture.boxWidth + GAP, to - GAP];
  layer
    .selectAll<SVGPathElement, Band>("path")
    .data(inPaintOrder(picture.bands[side]), ({ strand }) => strand.key)
    .join((enter) =>
      enter
        .append("path")
        .attr("role", "img")
        .attr("tabindex", -1)
        .attr("data-lane", side === "into" ? 1 : 3),
    )
    .order()
    .attr("class", ({ strand, width }) => classOf(strand, width))
    .attr("data-key", ({ strand }) => strandKey(strand))
    .attr("data-from", ({ strand }) => strand.from)
    .attr("data-to", ({ strand }) => strand.to)
    .attr("data-size", ({ width }) => width)
    .attr("fill", ({ strand }) => picture.colour(strand.sender, networkOf(strand, side)))
    .attr("d", (band) => bandPath(band, x0, x1));
}

/** Their sentences, some at a time: nobody waits for them. */
export function* nameStrands(layer: Layer, picture: SankeyPicture): Iterable<void> {
  const { network, measure, names } = picture;
  const nodes = new Map(
    [...network.senders, ...network.networks, ...network.receivers].map((node) => [node.key, node]),
  );
  const paths = layer.selectAll<SVGPathElement, Band>("path").nodes();
  const bands = layer.selectAll<SVGPathElement, Band>("path").data();
  for (const [i, path] of paths.entries()) {
    const strand = bands[i]?.strand;
    if (strand) path.setAttribute("aria-label", strandWords(strand, nodes, measure, names));
    if (i % 50 === 49) yield;
  }
}

/** The marked one last, so that its outline lies over all others. */
function inPaintOrder(bands: readonly Band[]): Band[] {
  const rank = ({ strand }: Band): number => Number(strand.isMarked);
  return [...bands].sort((a, b) => rank(a) - rank(b) || b.width - a.width);
}

function classOf({ isMarked }: Strand, width: number): string {
  return `strand${isMarked ? " culprit" : ""}${width < THIN ? " thin" : ""}`;
}

function networkOf({ from, to, passages: [first] }: Strand, side: Side): string {
  if (first?.row) return networkKey(first.row.vni);
  return side === "into" ? to : from;
}
