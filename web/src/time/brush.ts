/** A brush as numbers: how a stretch of time is drawn out, moved and resized. All in seconds. */
import type { Span } from "../state";

export interface Limits extends Span {
  /** Shortest stretch, and what ends snap to: one point of the picture. */
  readonly step: number;
}

export type Edge = "from" | "to";

/** From where the pointer went down to where it is; null while that is shorter than a step. */
export function drawnOut(down: number, now: number, limits: Limits): Span | null {
  const from = snap(Math.min(down, now), limits);
  const to = snap(Math.max(down, now), limits);
  return to - from < limits.step / 2 ? null : { from, to };
}

/** As a whole, as far as the limits let it. */
export function moved(span: Span, by: number, limits: Limits): Span {
  const free = Math.min(Math.max(by, limits.from - span.from), limits.to - span.to);
  const from = snap(span.from + free, limits);
  return { from, to: Math.min(limits.to, from + span.to - span.from) };
}

/** One end elsewhere; the other stays, and a step is always left between them. */
export function resized(span: Span, edge: Edge, at: number, limits: Limits): Span {
  if (edge === "from") {
    const latest = span.to - limits.step;
    return { from: Math.min(snap(at, limits), latest), to: span.to };
  }
  return { from: span.from, to: Math.max(snap(at, limits), span.from + limits.step) };
}

/** What the pointer took hold of, and where. */
export interface Grip {
  /** The brush as it was; null while a new one is drawn out. */
  readonly span: Span | null;
  readonly part: Edge | "body" | "new";
  /** Where the pointer went down. */
  readonly down: number;
}

/** The brush while the pointer is at a time; null while there is none yet. */
export function dragged({ span, part, down }: Grip, at: number, limits: Limits): Span | null {
  if (span === null || part === "new") return drawnOut(down, at, limits);
  return part === "body" ? moved(span, at - down, limits) : resized(span, part, at, limits);
}

/** Where a key moves an end that is a slider: to a time, or nowhere for other keys. */
export function keyed(at: number, key: string, isLarge: boolean, limits: Limits): number | null {
  const step = limits.step * (isLarge ? 10 : 1);
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return at + step;
    case "ArrowLeft":
    case "ArrowDown":
      return at - step;
    case "PageUp":
      return at + limits.step * 10;
    case "PageDown":
      return at - limits.step * 10;
    case "Home":
      return limits.from;
    case "End":
      return limits.to;
    default:
      return null;
  }
}

/** A stretch to begin with, for who has no pointer: the last quarter of what is shown. */
export function latest(limits: Limits): Span {
  const quarter = Math.max(limits.step, (limits.to - limits.from) / 4);
  return { from: snap(limits.to - quarter, limits), to: limits.to };
}

/** The stretch of the same length right before another one. */
export function justBefore({ from, to }: Span): Span {
  return { from: from - (to - from), to: from };
}

/** What of a span is within the limits; null where that is nothing. */
export function within(span: Span, limits: Span): Span | null {
  const [from, to] = [Math.max(span.from, limits.from), Math.min(span.to, limits.to)];
  return from < to ? { from, to } : null;
}

/** To a multiple of the step, but never out of the limits. */
function snap(at: number, { from, to, step }: Limits): number {
  return Math.min(to, Math.max(from, Math.round(at / step) * step));
}
