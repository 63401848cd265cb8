/** Where the labels of the peers' arcs stand: level, apart from each other, close to their arc. */
import type { Frame } from "./frame";
import type { Span } from "./layout";

/** All lengths in px from the centre of the circle, y downwards. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
  /** Which side of its point the text is on. */
  readonly anchor: "start" | "end";
  /** 1 where a side is too full for the second line. */
  readonly lines: 1 | 2;
  /** From the arc to the text, where it had to move away from its arc; else null. */
  readonly leader: readonly [x1: number, y1: number, x2: number, y2: number] | null;
}

interface Room {
  readonly top: number;
  readonly bottom: number;
}

interface Label {
  readonly index: number;
  readonly angle: number;
  /** Of the circle that its point is on. */
  readonly radius: number;
}

interface Moving extends Label {
  readonly ideal: number;
  y: number;
}

/** A label that moved further than this gets a leader. */
const LEADER_FROM = 7;

/**
 * One place per arc, in their order.
 *
 * @param isOpened whether names stand between the nth arc and its label.
 */
export function placeLabels(
  arcs: readonly Span[],
  frame: Frame,
  isOpened: (nth: number) => boolean,
): LabelPlace[] {
  const places: LabelPlace[] = [];
  for (const side of ["right", "left"] as const) {
    const labels = arcs.flatMap((arc, index) => {
      const angle = (arc.start + arc.end) / 2;
      const distance = frame.labelDistance + (isOpened(index) ? frame.namesRoom : 0);
      const radius = frame.outer + distance;
      return Math.sin(angle) >= 0 === (side === "right") ? [{ index, angle, radius }] : [];
    });
    const full = placeSide(labels, side, frame, roomOf(frame, side));
    const isCovered = full.some(({ place }) => reachesLegend(place, frame));
    const placed = isCovered
      ? placeSide(labels, side, frame, aboveLegend(frame, roomOf(frame, side)))
      : full;
    for (const { index, place } of placed) places[index] = place;
  }
  return places;
}

function placeSide(
  labels: readonly Label[],
  side: "left" | "right",
  frame: Frame,
  room: Room,
): { index: number; place: LabelPlace }[] {
  const moving = labels.map((label) => {
    const ideal = idealHeight(label, frame);
    return { ...label, ideal, y: ideal };
  });
  const isFull = moving.length * frame.labelPitch > room.bottom - room.top;
  const lines = isFull || (frame.namesRoom > 0 && frame.size === "phone") ? 1 : 2;
  pushApart(moving, room, lines === 2 ? frame.labelPitch : frame.type.address + 5);
  return moving.map((label) => ({
    index: label.index,
    place: { ...finish(label, side, frame), lines },
  }));
}

/** The height of the arc's middle; near the top the text stands above its point, so higher. */
function idealHeight({ angle, radius }: Label, frame: Frame): number {
  const y = -Math.cos(angle) * radius;
  return y < 0 ? y - (frame.type.rate + 1) * (y / radius) ** 6 : y;
}

/**
 * Moves labels as little as possible (least squares) until all have room: with each label's
 * share of the pitch taken off, "in order and apart" is "not falling", which pooling adjacent
 * violators solves in one pass.
 */
function pushApart(labels: Moving[], { top, bottom }: Room, wanted: number): void {
  labels.sort((a, b) => a.y - b.y);
  const pitch = Math.min(wanted, (bottom - top) / Math.max(1, labels.length - 1));
  const pools: { sum: number; count: number }[] = [];
  for (const [i, label] of labels.entries()) {
    let pool = { sum: label.y - i * pitch, count: 1 };
    for (let last = pools.at(-1); last && mean(last) >= mean(pool); last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  const highest = bottom - (labels.length - 1) * pitch;
  const heights = pools.flatMap((pool) => {
    const height = Math.max(top, Math.min(highest, mean(pool)));
    return Array<number>(pool.count).fill(height);
  });
  for (const [i, label] of labels.entries()) label.y = (heights[i] ?? 0) + i * pitch;
}

function mean(pool: { readonly sum: number; readonly count: number }): number {
  return pool.sum / pool.count;
}

/** Between the line of crumbs above and the edge below. */
function roomOf(frame: Frame, side: "left" | "right"): Room {
  const crumbs = side === "left" && frame.size !== "phone" ? 46 : 34;
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

function finish(label: Moving, side: "left" | "right", frame: Frame): Omit<LabelPlace, "lines"> {
  const { radius } = label;
  const sign = side === "right" ? 1 : -1;
  const inside = Math.abs(label.y) < radius - 2;
  const across = inside
    ? Math.sqrt(radius ** 2 - label.y ** 2)
    : Math.abs(Math.sin(label.angle) * radius);
  const x = sign * Math.max(across, 10);
  const reach = frame.outer + (frame.size === "phone" ? 3 : 10);
  const from = [Math.sin(label.angle) * reach, -Math.cos(label.angle) * reach] as const;
  return {
    x: x + sign * 4,
    y: label.y,
    anchor: side === "right" ? "start" : "end",
    leader: Math.abs(label.y - label.ideal) > LEADER_FROM ? [...from, x - sign * 2, label.y] : null,
  };
}
