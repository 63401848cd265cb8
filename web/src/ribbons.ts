/** The ribbons of the circle: both directions of two places, dense and wide at who sends more. */
import { selectAll, type Selection } from "d3-selection";
import type { Picture } from "./chord";
import type { Standing } from "./chosen";
import { rimColour } from "./colour";
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
}

/** Thinner ribbons get a wide invisible edge, in px. */
const REACH_BELOW = 24;
/** In thinner ribbons, in px, no shade can be seen: they have one colour. */
const SHADE_FROM = 1.5;
/** Among more ribbons, wide edges would lie on each other. */
const MOST_REACHED = 400;
/** Ribbons of one step. */
const STEP = 250;

export function layRibbons(disc: Layer, defs: Defs): RibbonLayers {
  const layer = (name: string): Layer => disc.append("g").attr("class", name);
  return {
    gradients: defs.append("g"),
    reach: layer("reach"),
    ribbons: layer("ribbons"),
    chevrons: layer("chevrons"),
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
): Iterable<void> {
  const paths = new Map(scene.ribbons.map((mark) => [mark.key, marks.ribbonPath(mark)]));
  yield;
  const stands = ({ ribbon: { a, b } }: RibbonMark): boolean =>
    standing?.pair(a.place, b.place) ?? true;
  drawGradients(layers.gradients, scene);
  drawReach(layers.reach, scene, paths);
  yield;
  yield* drawShapes(layers.ribbons, scene, picture, paths, stands, pointed);
  drawChevrons(layers.chevrons, scene.ribbons.filter(stands), picture, pointed);
}

/** So that a thin ribbon can be hit; the edges lie behind all that is seen. */
function drawReach(layer: Layer, scene: Scene, paths: ReadonlyMap<string, string>): void {
  const isMuch = scene.ribbons.length > MOST_REACHED;
  const thin = isMuch ? [] : scene.ribbons.filter((mark) => widthOf(mark) < REACH_BELOW);
  layer
    .selectAll<SVGPathElement, RibbonMark>("path")
    .data(thin, (mark) => mark.key)
    .join("path")
    .attr("data-key", (mark) => mark.key)
    .attr("data-reach", (mark) => mark.key)
    .attr("d", (mark) => paths.get(mark.key) ?? "");
}

function* drawShapes(
  layer: Layer,
  scene: Scene,
  picture: Picture,
  paths: ReadonlyMap<string, string>,
  stands: (mark: RibbonMark) => boolean,
  pointed: string | null,
): Iterable<void> {
  const shapes = layer
    .selectAll<SVGPathElement, RibbonMark>("path")
    .data([...scene.ribbons].sort(paintingOrder), (mark) => mark.key)
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
  for (let i = 0; i < shapes.length; i += STEP) {
    yield;
    drawShape(shapes.slice(i, i + STEP), picture, paths, stands, pointed);
  }
}

function drawShape(
  shapes: SVGPathElement[],
  { measure, chosen }: Picture,
  paths: ReadonlyMap<string, string>,
  stands: (mark: RibbonMark) => boolean,
  pointed: string | null,
): void {
  selectAll<SVGPathElement, RibbonMark>(shapes).each(function (mark) {
    const { a, b } = mark.ribbon;
    const isOn = mark.key === pointed || mark.key === chosen;
    set(this, {
      "data-size": a.value + b.value,
      "aria-label": sentence(ribbonWords(mark.ribbon, measure)),
      "aria-pressed": String(mark.key === chosen),
      d: paths.get(mark.key) ?? "",
      fill: fill(mark),
      opacity: String(mark.opacity),
      "stroke-width": edge(mark),
    });
    this.classList.toggle("faded", !stands(mark));
    this.classList.toggle("on", isOn);
  });
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

/** Big ones first, so that small ones stay visible; by powers of two, so that few swap live. */
function paintingOrder(left: RibbonMark, right: RibbonMark): number {
  const size = ({ ribbon: { a, b } }: RibbonMark): number =>
    Math.round(Math.log2(Math.max(a.value, b.value, 1e-9)));
  return size(right) - size(left) || (left.key < right.key ? -1 : 1);
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
  ribbons: readonly RibbonMark[],
  picture: Picture,
  pointed: string | null,
): void {
  const most = { phone: 4, desk: 6.5, wide: 9 }[picture.frame.size];
  const items = ribbons.flatMap((mark) => {
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
