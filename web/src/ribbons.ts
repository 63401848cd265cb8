/** The ribbons of the circle: both directions of two places, dense and wide at who sends more. */
import { selectAll, type BaseType, type Selection } from "d3-selection";
import type { Picture } from "./chord";
import type { Standing } from "./chosen";
import { rimColour } from "./colour";
import { FRAME } from "./later";
import * as marks from "./marks";
import type { RibbonMark, Scene } from "./motion";
import { set } from "./svg";
import { ribbonWords, sentence } from "./words";

type Layer = Selection<SVGGElement, unknown, null, undefined>;
type Defs = Selection<SVGDefsElement, unknown, null, undefined>;

/** From the back to the front. */
export interface RibbonLayers {
  readonly gradients: Layer;
  readonly reach: Layer;
  readonly ribbons: Layer;
  readonly chevrons: Layer;
  /** Where each ribbon lies in the heap, by its key. */
  readonly ranks: Map<string, number>;
}

type Shapes = Selection<SVGPathElement, RibbonMark, BaseType, unknown>;
type PathOf = (mark: RibbonMark) => string;

/** Thinner ribbons get a wide invisible edge, in px. */
const REACH_BELOW = 24;
/** In thinner ribbons, in px, no shade can be seen: they have one colour. */
const SHADE_FROM = 1.5;
/** Among more ribbons, wide edges would lie on each other. */
const MOST_REACHED = 400;
/** Ribbons of one step, and of one frame. */
const STEP = 50;
const FRAMED = 400;

export function layRibbons(disc: Layer, defs: Defs): RibbonLayers {
  const layer = (name: string): Layer => disc.append("g").attr("class", name);
  return {
    gradients: defs.append("g"),
    reach: layer("reach"),
    ribbons: layer("ribbons"),
    chevrons: layer("chevrons"),
    ranks: new Map(),
  };
}

/**
 * Draws them step by step.
 *
 * @param standing what stands out; null for everything.
 * @param pointed the key under the pointer or the focus.
 */
export function* drawRibbons(
  layers: RibbonLayers,
  scene: Scene,
  picture: Picture,
  standing: Standing | null,
  pointed: string | null,
): Iterable<unknown> {
  const pathOf = remembered(marks.ribbonPath);
  drawGradients(layers.gradients, scene);
  drawReach(layers.reach, scene, pathOf);
  yield;
  let drawn = 0;
  for (const shapes of joined(layers, scene)) {
    yield drawn > 0 && drawn % FRAMED === 0 ? FRAME : undefined;
    drawShapes(shapes, picture, pathOf);
    standOut(shapes, picture, standing, pointed);
    drawn += STEP;
  }
  drawChevrons(layers.chevrons, scene, picture, standing, pointed);
}

/** Shows what is pointed at in ribbons that are drawn. */
export function pointOut(
  layers: RibbonLayers,
  scene: Scene,
  picture: Picture,
  standing: Standing | null,
  pointed: string | null,
): void {
  standOut(
    layers.ribbons.selectAll<SVGPathElement, RibbonMark>(".ribbon"),
    picture,
    standing,
    pointed,
  );
  drawChevrons(layers.chevrons, scene, picture, standing, pointed);
}

/** Computes each once, when it is first wanted. */
function remembered(pathOf: PathOf): PathOf {
  const paths = new Map<string, string>();
  return (mark) => {
    const path = paths.get(mark.key) ?? pathOf(mark);
    paths.set(mark.key, path);
    return path;
  };
}

/** So that a thin ribbon can be hit; the edges lie behind all that is seen. */
function drawReach(layer: Layer, scene: Scene, pathOf: PathOf): void {
  const isMuch = scene.ribbons.length > MOST_REACHED;
  const thin = isMuch ? [] : scene.ribbons.filter((mark) => widthOf(mark) < REACH_BELOW);
  layer
    .selectAll<SVGPathElement, RibbonMark>("path")
    .data(thin, (mark) => mark.key)
    .join("path")
    .attr("data-key", (mark) => mark.key)
    .attr("data-reach", (mark) => mark.key)
    .attr("d", (mark) => pathOf(mark));
}

/** A path for each, some at a time. */
function* joined({ ribbons, ranks }: RibbonLayers, scene: Scene): Iterable<Shapes> {
  const nodes = ribbons
    .selectAll<SVGPathElement, RibbonMark>("path")
    .data(inPaintingOrder(scene.ribbons, ranks), (mark) => mark.key)
    .join((enter) =>
      enter
        .append("path")
        .attr("class", "ribbon")
        .attr("tabindex", -1)
        .attr("role", "button")
        .attr("data-key", (mark) => mark.key)
        .attr("data-ribbon", (mark) => mark.key),
    )
    .nodes();
  for (let i = 0; i < nodes.length; i += STEP) yield selectAll(nodes.slice(i, i + STEP));
}

function drawShapes(shapes: Shapes, { measure, chosen }: Picture, pathOf: PathOf): void {
  shapes.each(function (mark) {
    const { a, b } = mark.ribbon;
    set(this, {
      "data-size": a.value + b.value,
      "aria-label": sentence(ribbonWords(mark.ribbon, measure)),
      "aria-pressed": String(mark.key === chosen),
      d: pathOf(mark),
      fill: fill(mark),
      opacity: String(mark.opacity),
      "stroke-width": edge(mark),
    });
  });
}

/** Touches only those that come or go: what has to do with a thing is few of many. */
function standOut(
  shapes: Shapes,
  { chosen }: Picture,
  standing: Standing | null,
  pointed: string | null,
): void {
  shapes.each(function (mark) {
    const isOn = mark.key === pointed || mark.key === chosen;
    const isFaded = !stands(mark, standing);
    if (this.classList.contains("faded") !== isFaded) this.classList.toggle("faded");
    if (this.classList.contains("on") !== isOn) this.classList.toggle("on");
  });
}

function stands({ ribbon: { a, b } }: RibbonMark, standing: Standing | null): boolean {
  return standing?.pair(a.place, b.place) ?? true;
}

function fill(mark: RibbonMark): string {
  if (isShaded(mark)) return `url(#${gradientId(mark)})`;
  return `color-mix(in srgb, ${rimColour(marks.directed(mark).source.place.rim)} 60%, transparent)`;
}

function isShaded(mark: RibbonMark): boolean {
  return widthOf(mark) >= SHADE_FROM;
}

/** At its wider end, in px. */
function widthOf({ a, b }: RibbonMark): number {
  return Math.max(marks.widthOf(a), marks.widthOf(b));
}

/** The gap around a ribbon, in px: round thin ones it would be all that is seen. */
function edge(mark: RibbonMark): string {
  return Math.min(0.75, widthOf(mark) / 8).toFixed(2);
}

/**
 * Big ones first, so that small ones stay visible. A ribbon keeps its rank, a power of two, until
 * its size is four times another: whoever swaps while live is made anew by the browser.
 */
export function inPaintingOrder(
  ribbons: readonly RibbonMark[],
  ranks: Map<string, number>,
): RibbonMark[] {
  const before = new Map(ranks);
  ranks.clear();
  for (const { key, ribbon } of ribbons) {
    const size = Math.log2(Math.max(ribbon.a.value, ribbon.b.value, 1e-9));
    const rank = before.get(key);
    ranks.set(key, rank !== undefined && Math.abs(size - rank) < 2 ? rank : Math.round(size));
  }
  const rankOf = ({ key }: RibbonMark): number => ranks.get(key) ?? 0;
  return [...ribbons].sort((x, y) => rankOf(y) - rankOf(x) || (x.key < y.key ? -1 : 1));
}

function drawGradients(defs: Layer, scene: Scene): void {
  const items = scene.ribbons.filter(isShaded).map((mark) => {
    const ends = marks.directed(mark);
    const [from, to] = [marks.centre(ends.source.at), marks.centre(ends.target.at)];
    return { id: gradientId(mark), stops: marks.ribbonStops(ends), from, to };
  });
  const gradient = defs
    .selectAll<SVGLinearGradientElement, (typeof items)[number]>("linearGradient")
    .data(items, (item) => item.id)
    .join("linearGradient")
    .attr("id", (item) => item.id)
    .attr("gradientUnits", "userSpaceOnUse")
    .attr("x1", ({ from }) => from[0])
    .attr("y1", ({ from }) => from[1])
    .attr("x2", ({ to }) => to[0])
    .attr("y2", ({ to }) => to[1]);
  gradient
    .selectAll<SVGStopElement, marks.Stop>("stop")
    .data((item) => item.stops)
    .join("stop")
    .attr("offset", (stop) => stop.offset)
    .attr("stop-color", (stop) => rimColour(stop.rim))
    .attr("stop-opacity", (stop) => stop.opacity);
}

function drawChevrons(
  layer: Layer,
  { ribbons }: Scene,
  picture: Picture,
  standing: Standing | null,
  pointed: string | null,
): void {
  const most = { phone: 4, desk: 6.5, wide: 9 }[picture.frame.size];
  const items = ribbons.flatMap((mark) => {
    if (!stands(mark, standing)) return [];
    const isOn = mark.key === pointed || mark.key === picture.chosen;
    const drawn = marks.chevrons(marks.directed(mark), isOn ? 3 : 2, most);
    return drawn ? [{ ...drawn, key: mark.key, opacity: mark.opacity, isOn }] : [];
  });
  layer
    .selectAll<SVGPathElement, (typeof items)[number]>("path")
    .data(items, (item) => item.key)
    .join("path")
    .attr("d", (item) => item.path)
    .attr("stroke-width", (item) => item.stroke)
    .attr("opacity", (item) => item.opacity)
    .classed("on", (item) => item.isOn);
}

/** Ids may hold any character of a key that a url() can. */
function gradientId(mark: RibbonMark): string {
  return `ribbon-${mark.key.replace(/[^\w.:-]/g, "_")}`;
}
