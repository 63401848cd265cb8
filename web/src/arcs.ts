/** The arcs of the circle: its rim, and what stands inside of opened arcs. */
import type { Selection } from "d3-selection";
import type { Picture } from "./chord";
import { coloursOf, notched, OTHER_COLOUR, rimColour } from "./colour";
import { concernWords } from "./findings/concerned";
import { worstOf } from "./findings/found";
import { HATCH } from "./hatch";
import type { Span } from "./layout";
import * as marks from "./marks";
import type { Place } from "./matrix";
import type { ArcMark, Scene } from "./motion";
import { arcWords, sentence, whereWords } from "./words";

type Layer = Selection<SVGGElement, unknown, null, undefined>;
type Groups = Selection<SVGGElement, ArcMark, SVGGElement, unknown>;

/** Half the size of the mark of a finding, in px. */
const FOUND = 5;
/** The rim's arcs take the pointer this far outside of themselves, in px. */
const REACH = 10;

export function drawRim(layer: Layer, scene: Scene, picture: Picture): void {
  const twins = notched(scene.rim.map((mark) => mark.key));
  const group = arcs(
    layer,
    scene.rim,
    "peer",
    ["hit", "ticks", "ring", "arc", "notch", "found"],
    picture,
  )
    .attr("data-peer", (mark) => mark.key)
    .attr("aria-label", ({ key, arc }) => {
      const concern = concernWords(picture.concerned.get(key));
      return `${sentence(arcWords(arc, picture.measure))}${concern}`;
    })
    .classed("opened", ({ key }) => picture.opened.has(key))
    .classed("other", ({ arc }) => isAdded(arc.place));
  group
    .select<SVGPathElement>(".arc")
    .attr("fill", ({ key, arc }) => (isAdded(arc.place) ? HATCH : rimColour(key)))
    .attr("d", (mark) => marks.ringPath(mark, mark.inner, mark.outer));
  group
    .select<SVGPathElement>(".hit")
    .attr("d", (mark) => marks.ringPath(wider(mark), mark.inner - 2, mark.outer + REACH));
  group
    .select<SVGPathElement>(".ring")
    .attr("d", (mark) => marks.ringPath(wider(mark), mark.inner - 3, mark.outer + 3, 3));
  group
    .select<SVGPathElement>(".notch")
    .attr("d", (mark) =>
      twins.has(mark.key) ? marks.notchPath(mark, mark.inner, mark.outer) : "",
    );
  group
    .select<SVGPathElement>(".ticks")
    .attr("d", (mark) => marks.tickPath(mark, mark.arc.sent, picture.tick, mark.outer));
  drawFound(group, picture, (mark) => marks.diamondPath(mark, mark.outer + FOUND, FOUND));
}

export function drawInside(layer: Layer, scene: Scene, picture: Picture): void {
  const places = picture.inside.arcs.map(({ place }) => place);
  const colours = new Map(coloursOf(places).map((colour, i) => [places[i]?.key, colour]));
  const group = arcs(layer, scene.inside, "endpoint", ["ring", "arc", "found"], picture)
    .attr("data-endpoint", ({ arc }) => (arc.place.kind === "other" ? "other" : arc.place.address))
    .attr("data-peer", ({ arc }) => arc.place.peer)
    .attr(
      "aria-label",
      ({ key, arc }) =>
        `${sentence(arcWords(arc, picture.measure))}${whereWords(arc.place)}` +
        concernWords(picture.concerned.get(key)),
    );
  group
    .select<SVGPathElement>(".arc")
    .attr("fill", ({ key, arc }) =>
      isAdded(arc.place) ? HATCH : (colours.get(key) ?? OTHER_COLOUR),
    )
    .attr("d", (mark) => marks.ringPath(mark, mark.inner, mark.outer, 1.5));
  group
    .select<SVGPathElement>(".ring")
    .attr("d", (mark) => marks.ringPath(wider(mark), mark.inner - 3, mark.outer + 3, 3));
  drawFound(group, picture, (mark) =>
    marks.diamondPath(mark, (mark.inner + mark.outer) / 2, FOUND - 1),
  );
}

/** What open findings are about. */
function drawFound(group: Groups, { concerned }: Picture, path: (mark: ArcMark) => string): void {
  group
    .select<SVGPathElement>(".found")
    .attr("data-severity", ({ key }) => worstOf(concerned.get(key) ?? []))
    .attr("d", (mark) => (concerned.has(mark.key) ? path(mark) : ""));
}

/** What all arcs have in common. */
function arcs(
  layer: Layer,
  items: readonly ArcMark[],
  name: string,
  parts: readonly string[],
  { chosen, culprit }: Picture,
): Groups {
  return layer
    .selectAll<SVGGElement, ArcMark>("g")
    .data(items, (mark) => mark.key)
    .join((enter) => {
      const made = enter
        .append("g")
        .attr("class", name)
        .attr("tabindex", -1)
        .attr("role", "button");
      for (const part of parts) made.append("path").attr("class", part);
      return made;
    })
    .attr("data-key", (mark) => mark.key)
    .attr("data-arc", (mark) => mark.key)
    .attr("data-angle", ({ arc }) =>
      (arc.start + (arc.place.key === arc.place.rim ? 0 : 1e-9)).toFixed(9),
    )
    .attr("aria-pressed", ({ key }) => String(key === chosen))
    .attr("opacity", (mark) => mark.opacity)
    .classed("selected", (mark) => mark.key === chosen)
    .classed("culprit", (mark) => mark.key === culprit?.sender);
}

function isAdded({ kind }: Place): boolean {
  return kind === "other" || kind === "first";
}

function wider(span: Span): Span {
  return { start: span.start - 0.012, end: span.end + 0.012 };
}
