/** The arcs of the circle: its rim, and what stands inside of opened arcs. */
import { selectAll, type Selection } from "d3-selection";
import type { Picture } from "./chord";
import { coloursOf, notched, OTHER_COLOUR, rimColour } from "./colour";
import { concernWords } from "./findings/concerned";
import { worstOf } from "./findings/found";
import { HATCH } from "./hatch";
import type { Span } from "./layout";
import { FRAME } from "./later";
import * as marks from "./marks";
import type { Place } from "./matrix";
import type { ArcMark, Scene } from "./motion";
import { set, type Attributes } from "./svg";
import { arcWords, sentence, whereWords } from "./words";

type Layer = Selection<SVGGElement, unknown, null, undefined>;
type Groups = Selection<SVGGElement, ArcMark, null, undefined>;

/** Half the size of the mark of a finding, in px. */
const FOUND = 5;
/** The rim's arcs take the pointer this far outside of themselves, in px. */
const REACH = 10;
/** Arcs of one step, and of one frame. */
const STEP = 50;
const FRAMED = 150;

/** Draws the rim step by step. */
export function* drawRim(layer: Layer, scene: Scene, picture: Picture): Iterable<unknown> {
  const twins = notched(scene.rim.map((mark) => mark.key));
  const parts = ["hit", "ticks", "ring", "arc", "notch", "found"];
  let drawn = 0;
  for (const group of joined(layer, scene.rim, "peer", parts)) {
    yield drawn > 0 && drawn % FRAMED === 0 ? FRAME : undefined;
    drawArcs(group, picture);
    drawPeers(group, picture, twins);
    drawn += STEP;
  }
}

function drawPeers(group: Groups, picture: Picture, twins: ReadonlySet<string>): void {
  put(group, ({ key, arc }) => ({
    "data-peer": key,
    "aria-label":
      sentence(arcWords(arc, picture.measure)) + concernWords(picture.concerned.get(key)),
  }));
  group
    .classed("opened", ({ key }) => picture.opened.has(key))
    .classed("other", ({ arc }) => isAdded(arc.place));
  put(group.select<SVGPathElement>(".arc"), (mark) => ({
    fill: isAdded(mark.arc.place) ? HATCH : rimColour(mark.key),
    d: marks.ringPath(mark, mark.inner, mark.outer),
  }));
  put(group.select<SVGPathElement>(".hit"), (mark) => ({
    d: marks.ringPath(wider(mark), mark.inner - 2, mark.outer + REACH),
  }));
  put(group.select<SVGPathElement>(".ring"), ringOf);
  put(group.select<SVGPathElement>(".notch"), (mark) => ({
    d: twins.has(mark.key) ? marks.notchPath(mark, mark.inner, mark.outer) : "",
  }));
  put(group.select<SVGPathElement>(".ticks"), (mark) => ({
    d: marks.tickPath(mark, mark.arc.sent, picture.tick, mark.outer),
  }));
  drawFound(group, picture, (mark) => marks.diamondPath(mark, mark.outer + FOUND, FOUND));
}

/** Draws what stands inside step by step. */
export function* drawInside(layer: Layer, scene: Scene, picture: Picture): Iterable<void> {
  const places = picture.inside.arcs.map(({ place }) => place);
  const colours = new Map(coloursOf(places).map((colour, i) => [places[i]?.key, colour]));
  for (const group of joined(layer, scene.inside, "endpoint", ["ring", "arc", "found"])) {
    drawArcs(group, picture);
    drawEndpoints(group, picture, colours);
    yield;
  }
}

function drawEndpoints(
  group: Groups,
  picture: Picture,
  colours: ReadonlyMap<string | undefined, string>,
): void {
  put(group, ({ key, arc }) => ({
    "data-endpoint": arc.place.kind === "other" ? "other" : arc.place.address,
    "data-peer": arc.place.peer,
    "aria-label":
      sentence(arcWords(arc, picture.measure)) +
      whereWords(arc.place) +
      concernWords(picture.concerned.get(key)),
  }));
  put(group.select<SVGPathElement>(".arc"), (mark) => ({
    fill: isAdded(mark.arc.place) ? HATCH : (colours.get(mark.key) ?? OTHER_COLOUR),
    d: marks.ringPath(mark, mark.inner, mark.outer, 1.5),
  }));
  put(group.select<SVGPathElement>(".ring"), ringOf);
  drawFound(group, picture, (mark) =>
    marks.diamondPath(mark, (mark.inner + mark.outer) / 2, FOUND - 1),
  );
}

/** What open findings are about. */
function drawFound(group: Groups, { concerned }: Picture, path: (mark: ArcMark) => string): void {
  const marked = group
    .select<SVGPathElement>(".found")
    .attr("data-severity", ({ key }) => worstOf(concerned.get(key) ?? []));
  put(marked, (mark) => ({ d: concerned.has(mark.key) ? path(mark) : "" }));
}

/** One group for each arc, some at a time. */
function* joined(
  layer: Layer,
  items: readonly ArcMark[],
  name: string,
  parts: readonly string[],
): Iterable<Groups> {
  // Most are drawn again before anybody comes by the tab key, but not what is held.
  const stop = name === "peer" && layer.select("*").empty() ? 0 : -1;
  const nodes = layer
    .selectAll<SVGGElement, ArcMark>("g")
    .data(items, (mark) => mark.key)
    .join((enter) => {
      const made = enter
        .append("g")
        .attr("class", name)
        .attr("tabindex", (_, i) => (i === 0 ? stop : -1))
        .attr("role", "button");
      for (const part of parts) made.append("path").attr("class", part);
      return made;
    })
    .nodes();
  for (let i = 0; i < nodes.length; i += STEP) yield selectAll(nodes.slice(i, i + STEP));
}

/** What all arcs have in common. */
function drawArcs(group: Groups, { chosen, culprit }: Picture): void {
  put(group, ({ key, arc, opacity }) => ({
    "data-key": key,
    "data-arc": key,
    "data-angle": (arc.start + (arc.place.key === arc.place.rim ? 0 : 1e-9)).toFixed(9),
    "aria-pressed": String(key === chosen),
    opacity: String(opacity),
  }));
  group
    .classed("selected", (mark) => mark.key === chosen)
    .classed("culprit", (mark) => mark.key === culprit?.sender);
}

/** What changes is written, and nothing else. */
function put<E extends SVGElement>(
  shapes: Selection<E, ArcMark, null, undefined>,
  attributes: (mark: ArcMark) => Attributes,
): void {
  shapes.each(function (mark) {
    set(this, attributes(mark));
  });
}

function ringOf(mark: ArcMark): Attributes {
  return { d: marks.ringPath(wider(mark), mark.inner - 3, mark.outer + 3, 3) };
}

function isAdded({ kind }: Place): boolean {
  return kind === "other" || kind === "first";
}

function wider(span: Span): Span {
  return { start: span.start - 0.012, end: span.end + 0.012 };
}
