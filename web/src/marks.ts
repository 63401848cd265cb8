/** The shapes of the diagram as path texts and gradient stops, from angles and radii. */
import { ribbon as chordRibbon, type Ribbon as Ends, type RibbonSubgroup } from "d3-chord";
import { arc } from "d3-shape";
import type { Arc, Span } from "./layout";
import type { Place } from "./matrix";
import type { EndMark, RibbonMark } from "./motion";

export type Point = readonly [x: number, y: number];

/** A ribbon with its net sender first: that end is wider and denser. */
export interface Directed {
  readonly source: DirectedEnd;
  readonly target: DirectedEnd;
}

export interface DirectedEnd {
  readonly at: EndMark;
  readonly place: Place;
  /** What it sends. */
  readonly value: number;
}

export interface Stop {
  readonly offset: number;
  /** Whose colour it has: a key of the rim. */
  readonly rim: string;
  readonly opacity: number;
}

/** Both sides send nearly the same: no chevrons below this ratio. */
const CLEAR_DIRECTION = 1.25;
/** Ribbons narrower than this, in px, have no room for chevrons. */
const CHEVRON_FROM = 18;

/** The point at an angle, clockwise from twelve o'clock. */
export function pointAt(angle: number, radius: number): Point {
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius];
}

export function middle(span: Span): number {
  return (span.start + span.end) / 2;
}

export function ringPath(span: Span, inner: number, outer: number, corner = 0): string {
  const shape = arc().cornerRadius(corner);
  return (
    shape({
      startAngle: span.start,
      endAngle: span.end,
      innerRadius: inner,
      outerRadius: outer,
    }) ?? ""
  );
}

export function ribbonPath(mark: Pick<RibbonMark, "a" | "b">): string {
  const end = ({ start, end, radius }: EndMark): RibbonSubgroup => ({
    startAngle: start,
    endAngle: end,
    radius,
  });
  // Typed as void, for a canvas; without one the generator returns the path's text.
  const draw: (ends: Ends) => unknown = chordRibbon();
  const path = draw({ source: end(mark.a), target: end(mark.b) });
  return typeof path === "string" ? path : "";
}

export function directed(mark: RibbonMark): Directed {
  const { a, b } = mark.ribbon;
  const ends = [
    { at: mark.a, place: a.place, value: a.value },
    { at: mark.b, place: b.place, value: b.value },
  ] as const;
  return a.value >= b.value
    ? { source: ends[0], target: ends[1] }
    : { source: ends[1], target: ends[0] };
}

/** Dense at the net sender, thinner the less comes back. */
export function ribbonStops({ source, target }: Directed): readonly Stop[] {
  const dense = 0.9;
  const thin = Math.max(0.26, 0.9 * Math.sqrt(target.value / Math.max(source.value, 1e-12)));
  return [
    { offset: 0.05, rim: source.place.rim, opacity: dense },
    { offset: 0.42, rim: source.place.rim, opacity: (dense * 0.72 + thin * 0.28) * 0.85 },
    { offset: 0.95, rim: target.place.rim, opacity: thin },
  ];
}

export interface Chevrons {
  readonly path: string;
  /** Width of its lines, in px. */
  readonly stroke: number;
}

/** Chevrons near the net sender, towards the receiver; null where none are due or fit. */
export function chevrons(ends: Directed, count: 2 | 3, most: number): Chevrons | null {
  const width = widthOf(ends.source.at);
  const ratio = ends.source.value / Math.max(ends.target.value, 1e-12);
  if (ends.source.place.key === ends.target.place.key) return null;
  if (width < CHEVRON_FROM || ratio <= CLEAR_DIRECTION) return null;
  const size = Math.min(most, width * 0.11);
  const from = centre(ends.source.at);
  const to = centre(ends.target.at);
  const step = (size * 0.8) / Math.hypot(...from);
  const paths = Array.from({ length: count }, (_, i) => chevron(from, to, 0.1 + i * step, size));
  return { path: paths.join(""), stroke: Math.max(1.25, size * 0.32) };
}

/** Marks along the outside of an arc, one per `step` sent, each fifth longer. */
export function tickPath(span: Span, sent: number, step: number, radius: number): string {
  if (sent <= 0 || step <= 0) return "";
  const scale = (span.end - span.start) / sent;
  let path = "";
  for (let i = 0; i * step <= sent * 1.000001; i++) {
    const angle = span.start + i * step * scale;
    const [x1, y1] = pointAt(angle, radius + 3);
    const [x2, y2] = pointAt(angle, radius + (i % 5 === 0 ? 9 : 6));
    path += `M${x1.toFixed(1)},${y1.toFixed(1)}L${x2.toFixed(1)},${y2.toFixed(1)}`;
  }
  return path;
}

/** The cut in the arc of a second peer of the same hue; "" in arcs too short for it. */
export function notchPath(span: Span, inner: number, outer: number): string {
  const half = 2 / outer;
  if (span.end - span.start < 8 * half) return "";
  const at = middle(span);
  return ringPath({ start: at - half, end: at + half }, inner, outer);
}

/** A diamond in the middle of an arc. */
export function diamondPath(span: Span, radius: number, size: number): string {
  const at = middle(span);
  return diamondAt(...pointAt(at, radius), size, at);
}

/** @param turn from upright, in radians. */
export function diamondAt(x: number, y: number, size: number, turn = 0): string {
  const [right, down] = [Math.cos(turn), Math.sin(turn)];
  const corners = [
    [0, 1],
    [1, 0],
    [0, -1],
    [-1, 0],
  ].map(([out = 0, along = 0]) => {
    const [dx, dy] = [out * down + along * right, along * down - out * right];
    return `${(x + size * dx).toFixed(1)},${(y + size * dy).toFixed(1)}`;
  });
  return `M${corners.join("L")}Z`;
}

/** The width in px of an end. */
export function widthOf({ start, end, radius }: EndMark): number {
  return (end - start) * radius;
}

/** The point in the middle of an end. */
export function centre(end: EndMark): Point {
  return pointAt(middle(end), end.radius);
}

/** Turned so that a text along the radius is never upside down. */
export function radialTransform(
  arc: Span,
  radius: number,
): { transform: string; flipped: boolean } {
  const angle = middle(arc);
  const flipped = angle > Math.PI;
  const degrees = ((angle * 180) / Math.PI - 90).toFixed(2);
  const turn = flipped ? "rotate(180)" : "";
  return { transform: `rotate(${degrees})translate(${radius.toFixed(1)},0)${turn}`, flipped };
}

/** Whether an arc is long enough for a label of that height across it. */
export function hasRoom(arc: Arc, radius: number, height: number): boolean {
  return (arc.end - arc.start) * radius >= height;
}

/** One chevron on the curve between two points bent through the centre, at `t` of its way. */
function chevron(from: Point, to: Point, t: number, size: number): string {
  const x = (1 - t) ** 2 * from[0] + t * t * to[0];
  const y = (1 - t) ** 2 * from[1] + t * t * to[1];
  const angle = Math.atan2(-(1 - t) * from[1] + t * to[1], -(1 - t) * from[0] + t * to[0]);
  const at = (along: number, across: number): string => {
    const px = x + along * Math.cos(angle) - across * Math.sin(angle);
    const py = y + along * Math.sin(angle) + across * Math.cos(angle);
    return `${px.toFixed(1)},${py.toFixed(1)}`;
  };
  const back = -0.45 * size;
  return `M${at(back, -size)}L${at(-back, 0)}L${at(back, size)}`;
}
