/** Where the labels of the rim's arcs stand: level, apart from each other, close to their arc. */
import type { Frame } from "./frame";
import type { Span } from "./layout";

/** All lengths in px from the centre of the circle, y downwards. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
  /** Which side of its point the text is on. */
  readonly anchor: "start" | "end";
  /** 1 for short arcs, and where a side is too full for the second line. */
  readonly lines: 1 | 2;
  /** From the arc to the text, where it had to move away from its arc; else null. */
  readonly leader: readonly [x1: number, y1: number, x2: number, y2: number] | null;
}

/** An arc that wants a label. */
export interface Labelled extends Span {
  /** Where there is no room for all, the lightest go without. */
  readonly weight: number;
  /** Whether names stand between it and its label. */
  readonly isOpened: boolean;
}

interface Room {
  readonly top: number;
  readonly bottom: number;
}

interface Label {
  readonly index: number;
  readonly weight: number;
  readonly angle: number;
  /** Of the circle that its point is on. */
  readonly radius: number;
  readonly ideal: number;
  readonly lines: 1 | 2;
  readonly y: number;
}

/** A label that moved further than this gets a leader. */
const LEADER_FROM = 7;
/** Arcs shorter than this, in px, are said in one line. */
const SHORT_ARC = 16;
/** The labels of short arcs do not move further than this, in pitches: they go. */
const FAR = 2.5;

/** One place per arc, in their order; null for an arc without a label. */
export function placeLabels(arcs: readonly Labelled[], frame: Frame): (LabelPlace | null)[] {
  const places: (LabelPlace | null)[] = arcs.map(() => null);
  for (const side of ["right", "left"] as const) {
    const labels = arcs
      .map((arc, index) => labelOf(arc, index, frame))
      .filter(({ angle }) => Math.sin(angle) >= 0 === (side === "right"));
    const full = placeSide(labels, frame, roomOf(frame));
    const isCovered = full.some((label) => reachesLegend(finish(label, side, frame), frame));
    const room = aboveLegend(frame, roomOf(frame));
    for (const label of isCovered ? placeSide(labels, frame, room) : full) {
      places[label.index] = finish(label, side, frame);
    }
  }
  return places;
}

function labelOf(arc: Labelled, index: number, frame: Frame): Label {
  const angle = (arc.start + arc.end) / 2;
  const radius = frame.outer + frame.labelDistance + (arc.isOpened ? frame.namesRoom : 0);
  const isShort = (arc.end - arc.start) * frame.outer < SHORT_ARC;
  const isTight = frame.namesRoom > 0 && frame.size === "phone";
  const ideal = idealHeight(angle, radius, frame);
  const lines = isShort || isTight ? 1 : 2;
  return { index, weight: arc.weight, angle, radius, ideal, y: ideal, lines };
}

/** Second lines go before labels do, and the lightest first. */
function placeSide(labels: readonly Label[], frame: Frame, room: Room): Label[] {
  let left = [...labels].sort((a, b) => a.ideal - b.ideal);
  const lightest = (of: readonly Label[]): Label | undefined =>
    of.reduce<Label | undefined>(
      (least, one) => (one.weight < (least?.weight ?? Infinity) ? one : least),
      undefined,
    );
  const needed = (): number => left.reduce((sum, label) => sum + heightOf(label, frame), 0);
  while (needed() > room.bottom - room.top) {
    const shorter = lightest(left.filter(({ lines }) => lines === 2));
    const goes = lightest(left);
    if (!goes || left.length === 1) break;
    if (shorter) left = left.map((one) => (one === shorter ? { ...one, lines: 1 } : one));
    else left = left.filter((one) => one !== goes);
  }
  for (;;) {
    const placed = apart(left, frame, room);
    const far = placed.filter(
      ({ y, ideal, lines }) => lines === 1 && Math.abs(y - ideal) > FAR * frame.labelPitch,
    );
    const goes = lightest(far);
    if (!goes || frame.size === "phone") return placed;
    left = left.filter(({ index }) => index !== goes.index);
  }
}

function heightOf({ lines }: Label, frame: Frame): number {
  return lines === 2 ? frame.labelPitch : frame.type.address + 5;
}

/** The height of the arc's middle; near the top the text stands above its point, so higher. */
function idealHeight(angle: number, radius: number, frame: Frame): number {
  const y = -Math.cos(angle) * radius;
  return y < 0 ? y - (frame.type.rate + 1) * (y / radius) ** 6 : y;
}

/**
 * Moves labels as little as possible (least squares) until all have room: with the heights of
 * those above taken off, "in order and apart" is "not falling", which pooling adjacent violators
 * solves in one pass.
 */
function apart(labels: readonly Label[], frame: Frame, { top, bottom }: Room): Label[] {
  const above: number[] = [];
  let taken = 0;
  for (const label of labels) {
    above.push(taken);
    taken += heightOf(label, frame);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [i, label] of labels.entries()) {
    let pool = { sum: label.ideal - (above[i] ?? 0), count: 1 };
    for (let last = pools.at(-1); last && mean(last) >= mean(pool); last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  const highest = bottom - (above.at(-1) ?? 0);
  const heights = pools.flatMap((pool) => {
    const height = Math.max(top, Math.min(highest, mean(pool)));
    return Array<number>(pool.count).fill(height);
  });
  return labels.map((label, i) => ({ ...label, y: (heights[i] ?? 0) + (above[i] ?? 0) }));
}

function mean(pool: { readonly sum: number; readonly count: number }): number {
  return pool.sum / pool.count;
}

/** Between the line of crumbs above and the edge below. */
function roomOf(frame: Frame): Room {
  // Below the crumbs and what can be chosen beside them; on phones that is below the circle.
  const crumbs = frame.size !== "phone" ? 46 : 34;
  const top = frame.type.address + crumbs - frame.y;
  return { top, bottom: frame.height - frame.y - frame.type.rate - 12 };
}

/** How far a label goes down from its point: half a line, then the second line. */
function depth(lines: 1 | 2, frame: Frame): number {
  return lines === 2 ? frame.type.rate + 8 : 4;
}

function reachesLegend(place: LabelPlace, frame: Frame): boolean {
  if (frame.legend === null || place.anchor === "start") return false;
  const left = frame.x + place.x - frame.labelWidth;
  const bottom = frame.y + place.y + depth(place.lines, frame);
  return left < frame.legend.right && bottom > frame.legend.top;
}

function aboveLegend(frame: Frame, room: Room): Room {
  const top = frame.legend?.top ?? frame.height;
  return { ...room, bottom: Math.min(room.bottom, top - frame.y - depth(2, frame)) };
}

function finish(label: Label, side: "left" | "right", frame: Frame): LabelPlace {
  const { radius, lines, y, angle } = label;
  const sign = side === "right" ? 1 : -1;
  const inside = Math.abs(y) < radius - 2;
  const across = inside ? Math.sqrt(radius ** 2 - y ** 2) : Math.abs(Math.sin(angle) * radius);
  const x = sign * Math.max(across, 10);
  const reach = frame.outer + (frame.size === "phone" ? 3 : 10);
  const from = [Math.sin(angle) * reach, -Math.cos(angle) * reach] as const;
  const moved = Math.abs(y - label.ideal) > LEADER_FROM;
  return {
    x: x + sign * 4,
    y,
    anchor: side === "right" ? "start" : "end",
    lines,
    leader: moved ? [...from, x - sign * 2, y - 3] : null,
  };
}
