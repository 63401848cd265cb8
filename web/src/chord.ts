/** Geometry to SVG: joins by key, moves between pictures, tells what the pointer is on. */
import { easeLinear, easePolyOut } from "d3-ease";
import { select, type Selection } from "d3-selection";
import "d3-transition";
import { endpointColour, notched, OTHER, peerColour } from "./colour";
import { ribbonRadius, type Frame } from "./frame";
import type { Measure } from "./format";
import { placeLabels } from "./labels";
import type { Layout, Span } from "./layout";
import * as marks from "./marks";
import { between, sceneOf, type ArcMark, type RibbonMark, type Scene } from "./motion";
import { drawEndpointNames, drawLabels } from "./names";
import { arcWords, ribbonWords, sentence } from "./words";

/** All that a picture is drawn from. */
export interface Picture {
  readonly peers: Layout;
  /** The endpoints behind the peers, while one is open. */
  readonly inside: Layout | null;
  readonly frame: Frame;
  readonly measure: Measure;
  readonly selected: string | null;
  /** What one tick on the rim stands for, in the measure's unit; 0 for no ticks. */
  readonly tick: number;
  /** What all peers' addresses have in common, left out where there is little room. */
  readonly peerPrefix: string;
  /** The same for the endpoints' labels; "" writes them whole. */
  readonly endpointPrefix: string;
}

/** `live`: new numbers; `step`: another selection; `still`: at once. */
export type Pace = "live" | "step" | "still";

/** What the pointer or the focus is on. */
export interface Pointed {
  readonly kind: "arc" | "ribbon";
  readonly key: string;
}

export interface Chord {
  draw(picture: Picture, pace: Pace): void;
  /** Everything that does not touch it fades; null lets all stand out again. */
  emphasise(pointed: Pointed | null): void;
}

const LIVE_MS = 300;
const STEP_MS = 280;
const EASE_STEP = easePolyOut.exponent(4);
/** Peers' arcs take the pointer this far outside of themselves, in px. */
const ARC_REACH = 10;

type Layer = Selection<SVGGElement, unknown, null, undefined>;
/** The outline of each ribbon, by its key. */
type Paths = ReadonlyMap<string, string>;

export function createChord(svg: SVGSVGElement, reducedMotion: () => boolean): Chord {
  const root = select(svg);
  const gradients = root.append("defs").call(addHatch).append("g");
  const disc = root.append("g").attr("class", "disc");
  const layer = (name: string): Layer => disc.append("g").attr("class", name);
  // The order of painting, from the back.
  const layers = {
    reach: layer("reach"),
    ribbons: layer("ribbons"),
    chevrons: layer("chevrons"),
    endpoints: layer("endpoints"),
    peers: layer("peers"),
    endpointNames: layer("endpoint-names"),
    labels: layer("labels"),
  };
  let shown: Scene | null = null;
  let picture: Picture | null = null;
  let pointed: Pointed | null = null;

  const paint = (scene: Scene, of: Picture): void => {
    shown = scene;
    disc.attr("transform", `translate(${of.frame.x},${of.frame.y})`);
    const touched = scene.ribbons.filter((mark) => touches(mark, pointed));
    const on = pointed === null ? null : new Set(touched.map((mark) => mark.key));
    const paths = new Map(
      scene.ribbons.map((mark) => [mark.key, marks.ribbonPath(mark, scene.ribbonRadius)]),
    );
    drawGradients(gradients, scene);
    drawReach(layers.reach, scene, paths);
    drawRibbons(layers.ribbons, scene, paths, of.measure, on);
    drawChevrons(layers.chevrons, scene, of, pointed, on);
    drawEndpoints(layers.endpoints, scene, of);
    drawPeers(layers.peers, scene, of);
    drawEndpointNames(layers.endpointNames, scene, of);
    drawLabels(layers.labels, scene, of);
  };

  return {
    draw(next, pace) {
      const goal = goalOf(next);
      const start = shown;
      const isOpened = picture !== null && (picture.inside === null) !== (next.inside === null);
      picture = next;
      svg.classList.toggle("open", next.inside !== null);
      if (start === null || pace === "still" || reducedMotion()) {
        disc.interrupt();
        paint(goal, next);
        return;
      }
      const slow = isOpened || pace === "step";
      disc
        .transition()
        .duration(slow ? STEP_MS : LIVE_MS)
        .ease(slow ? EASE_STEP : easeLinear)
        .tween("scene", () => (t: number) => {
          paint(between(start, goal, t), next);
        });
    },
    emphasise(next) {
      if (next?.key === pointed?.key && next?.kind === pointed?.kind) return;
      pointed = next;
      if (shown && picture) paint(shown, picture);
    },
  };
}

/** Whether a ribbon is the one pointed at, or ends at the arc pointed at. */
export function touches(mark: RibbonMark, pointed: Pointed | null): boolean {
  if (pointed === null) return true;
  if (pointed.kind === "ribbon") return mark.key === pointed.key;
  const { a, b } = mark.ribbon;
  return [a.place.key, b.place.key, a.place.peer, b.place.peer].includes(pointed.key);
}

function goalOf(picture: Picture): Scene {
  const { frame, peers, inside } = picture;
  return sceneOf(peers, inside, placeLabels(peers.arcs, frame), {
    outer: frame.outer,
    inner: frame.inner,
    ribbonRadius: ribbonRadius(frame, inside !== null),
  });
}

/** Wide invisible edges, so that a thin ribbon can be hit; they lie behind all that is seen. */
function drawReach(layer: Layer, scene: Scene, paths: Paths): void {
  layer
    .selectAll<SVGPathElement, RibbonMark>("path")
    .data(
      scene.ribbons.filter((mark) => marks.ribbonWidth(mark.ribbon, scene.ribbonRadius) < 24),
      (mark) => mark.key,
    )
    .join("path")
    .attr("data-reach", (mark) => mark.key)
    .attr("d", (mark) => paths.get(mark.key) ?? "");
}

function drawRibbons(
  layer: Layer,
  scene: Scene,
  paths: Paths,
  measure: Measure,
  on: ReadonlySet<string> | null,
): void {
  layer
    .selectAll<SVGPathElement, RibbonMark>("path")
    .data([...scene.ribbons].sort(paintingOrder), (mark) => mark.key)
    .join((enter) =>
      enter.append("path").attr("class", "ribbon").attr("tabindex", -1).attr("role", "img"),
    )
    .attr("data-ribbon", (mark) => mark.key)
    .attr("aria-label", (mark) => sentence(ribbonWords(mark.ribbon, measure)))
    .attr("d", (mark) => paths.get(mark.key) ?? "")
    .attr("fill", (mark) => `url(#${gradientId(mark)})`)
    .attr("opacity", (mark) => mark.opacity)
    .classed("faded", (mark) => on !== null && !on.has(mark.key))
    .classed("on", (mark) => on?.size === 1 && on.has(mark.key));
}

/** Big ones first, so that small ones stay visible; by powers of two, so that few swap live. */
function paintingOrder(left: RibbonMark, right: RibbonMark): number {
  const size = ({ ribbon: { a, b } }: RibbonMark): number =>
    Math.round(Math.log2(Math.max(a.value, b.value, 1e-9)));
  return size(right) - size(left) || (left.key < right.key ? -1 : 1);
}

function drawGradients(defs: Selection<SVGGElement, unknown, null, undefined>, scene: Scene): void {
  const radius = scene.ribbonRadius;
  const items = scene.ribbons.map((mark) => {
    const ends = marks.directed(mark);
    const from = marks.pointAt(marks.middle(ends.source.span), radius);
    const to = marks.pointAt(marks.middle(ends.target.span), radius);
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
    .attr("stop-color", (stop) => peerColour(stop.peer))
    .attr("stop-opacity", (stop) => stop.opacity);
}

function drawChevrons(
  layer: Layer,
  scene: Scene,
  picture: Picture,
  pointed: Pointed | null,
  on: ReadonlySet<string> | null,
): void {
  const most = { phone: 4, desk: 6.5, wide: 9 }[picture.frame.size];
  const items = scene.ribbons.flatMap((mark) => {
    if (on !== null && !on.has(mark.key)) return [];
    const count = pointed?.kind === "ribbon" ? 3 : 2;
    const drawn = marks.chevrons(marks.directed(mark), scene.ribbonRadius, count, most);
    return drawn ? [{ ...drawn, key: mark.key, opacity: mark.opacity, count }] : [];
  });
  layer
    .selectAll<SVGPathElement, (typeof items)[number]>("path")
    .data(items, (item) => item.key)
    .join("path")
    .attr("d", (item) => item.path)
    .attr("stroke-width", (item) => item.stroke)
    .attr("opacity", (item) => item.opacity)
    .classed("on", (item) => item.count === 3);
}

function drawEndpoints(layer: Layer, scene: Scene, { frame, measure }: Picture): void {
  const counts = new Map<string, number>();
  const colours = new Map(
    scene.endpoints.map(({ key, arc: { place } }) => {
      const nth = counts.get(place.peer) ?? 0;
      counts.set(place.peer, nth + 1);
      return [key, place.kind === "other" ? "url(#hatch)" : endpointColour(place.peer, nth)];
    }),
  );
  const group = layer
    .selectAll<SVGGElement, ArcMark>("g")
    .data(scene.endpoints, (mark) => mark.key)
    .join((enter) => {
      const made = enter.append("g").attr("class", "endpoint").attr("role", "img");
      for (const part of ["ring", "arc"]) made.append("path").attr("class", part);
      return made.attr("tabindex", -1);
    })
    .attr("data-arc", (mark) => mark.key)
    .attr("data-endpoint", ({ arc }) => arc.place.address)
    .attr("data-peer", ({ arc }) => arc.place.peer)
    .attr("aria-label", ({ arc }) => endpointSentence(arc, measure))
    .attr("opacity", (mark) => mark.opacity);
  group
    .select<SVGPathElement>(".arc")
    .attr("fill", (mark) => colours.get(mark.key) ?? OTHER)
    .attr("d", (mark) => marks.ringPath(mark, frame.endpointInner, frame.endpointOuter, 1.5));
  group
    .select<SVGPathElement>(".ring")
    .attr("d", (mark) =>
      marks.ringPath(wider(mark), frame.endpointInner - 3, frame.endpointOuter + 3, 3),
    );
}

function endpointSentence(arc: ArcMark["arc"], measure: Measure): string {
  const network = arc.place.vni === null ? "" : `, VNI ${String(arc.place.vni)}`;
  return `${sentence(arcWords(arc, measure))}; behind ${arc.place.peer}${network}`;
}

function drawPeers(layer: Layer, scene: Scene, picture: Picture): void {
  const { outer, inner } = scene;
  const twins = notched(scene.peers.map((mark) => mark.key));
  const group = layer
    .selectAll<SVGGElement, ArcMark>("g")
    .data(scene.peers, (mark) => mark.key)
    .join((enter) => {
      const made = enter.append("g").attr("class", "peer").attr("tabindex", -1);
      for (const part of ["hit", "ticks", "ring", "arc", "notch"]) {
        made.append("path").attr("class", part);
      }
      return made;
    })
    .attr("data-arc", (mark) => mark.key)
    .attr("data-peer", (mark) => mark.key)
    .attr("role", ({ arc }) => (arc.place.kind === "other" ? "img" : "button"))
    .attr("aria-label", ({ arc }) => sentence(arcWords(arc, picture.measure)))
    .attr("aria-pressed", ({ key, arc }) =>
      arc.place.kind === "other" ? null : String(key === picture.selected),
    )
    .classed("selected", (mark) => mark.key === picture.selected)
    .classed("other", ({ arc }) => arc.place.kind === "other")
    .attr("opacity", (mark) => mark.opacity);
  group
    .select<SVGPathElement>(".arc")
    .attr("fill", ({ key, arc }) => (arc.place.kind === "other" ? "url(#hatch)" : peerColour(key)))
    .attr("d", (mark) => marks.ringPath(mark, inner, outer));
  group
    .select<SVGPathElement>(".hit")
    .attr("d", (mark) => marks.ringPath(wider(mark), inner - 2, outer + ARC_REACH));
  group
    .select<SVGPathElement>(".ring")
    .attr("d", (mark) => marks.ringPath(wider(mark), inner - 3, outer + 3, 3));
  group
    .select<SVGPathElement>(".notch")
    .attr("d", (mark) => (twins.has(mark.key) ? marks.notchPath(mark, inner, outer) : ""));
  group
    .select<SVGPathElement>(".ticks")
    .attr("d", (mark) => marks.tickPath(mark, mark.arc.sent, picture.tick, outer));
}

function wider(span: Span): Span {
  return { start: span.start - 0.012, end: span.end + 0.012 };
}

/** Ids may hold any character of a key that a url() can. */
function gradientId(mark: RibbonMark): string {
  return `ribbon-${mark.key.replace(/[^\w.:-]/g, "_")}`;
}

/** The grey stripes of "other". */
function addHatch(defs: Selection<SVGDefsElement, unknown, null, undefined>): void {
  const pattern = defs
    .append("pattern")
    .attr("id", "hatch")
    .attr("patternUnits", "userSpaceOnUse")
    .attr("width", 5)
    .attr("height", 5)
    .attr("patternTransform", "rotate(45)");
  pattern
    .append("rect")
    .attr("width", 5)
    .attr("height", 5)
    .attr("fill", OTHER)
    .attr("opacity", 0.35);
  pattern.append("rect").attr("width", 2).attr("height", 5).attr("fill", OTHER);
}
