/** Where the labels of the peers' arcs stand: level, apart from each other, close to their arc. */
import type { Frame } from "./frame";
import type { Span } from "./layout";

/** All lengths in px from the centre of the circle, y downwards. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
  /** Which side of its point the text is on. */
  readonly anchor: "start" | "end";
  /** From the arc to the text, where it had to move away from its arc; else null. */
  readonly leader: readonly [x1: number, y1: number, x2: number, y2: number] | null;
}

interface Moving {
  readonly index: number;
  readonly angle: number;
  readonly ideal: number;
  y: number;
}

/** A label that moved further than this gets a leader. */
const LEADER_FROM = 7;
const ROUNDS = 60;

/** One place per arc, in their order. */
export function placeLabels(arcs: readonly Span[], frame: Frame): LabelPlace[] {
  const places: LabelPlace[] = [];
  for (const side of ["right", "left"] as const) {
    const labels = arcs.flatMap((arc, index) => {
      const angle = (arc.start + arc.end) / 2;
      const isRight = Math.sin(angle) >= 0;
      if (isRight !== (side === "right")) return [];
      const ideal = idealHeight(angle, frame);
      return [{ index, angle, ideal, y: ideal }];
    });
    pushApart(labels, frame);
    for (const label of labels) places[label.index] = finish(label, side, frame);
  }
  return places;
}

/** The height of the arc's middle; near the top the text stands above its point, so higher. */
function idealHeight(angle: number, frame: Frame): number {
  const radius = frame.outer + frame.labelDistance;
  const y = -Math.cos(angle) * radius;
  return y < 0 ? y - (frame.type.rate + 1) * (y / radius) ** 6 : y;
}

/** Moves neighbours apart, half each, until all have room or the rounds are over. */
function pushApart(labels: Moving[], frame: Frame): void {
  const top = frame.type.address + 34 - frame.y;
  const bottom = frame.height - frame.y - frame.type.rate - 12;
  labels.sort((a, b) => a.y - b.y);
  const pitch = Math.min(frame.labelPitch, (bottom - top) / Math.max(1, labels.length - 1));
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (let i = 1; i < labels.length; i++) {
      const [upper, lower] = [labels[i - 1], labels[i]];
      if (!upper || !lower) continue;
      const overlap = pitch - (lower.y - upper.y);
      if (overlap <= 0.1) continue;
      upper.y -= overlap / 2;
      lower.y += overlap / 2;
      moved = true;
    }
    for (const label of labels) label.y = Math.max(top, Math.min(bottom, label.y));
    if (!moved) return;
  }
}

function finish(label: Moving, side: "left" | "right", frame: Frame): LabelPlace {
  const radius = frame.outer + frame.labelDistance;
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
