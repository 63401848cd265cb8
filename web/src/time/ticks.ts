/** Marks of a time axis: round times of the reader's day, as many as have room. */
import { clockText } from "../format";
import type { Span } from "../state";

export interface Tick {
  readonly time: number;
  /** "" for a mark between two labels. */
  readonly label: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST = 28 * DAY;
/** Distances between labels, in seconds, and how many marks divide them. */
const STEPS: readonly (readonly [every: number, parts: number])[] = [
  [0.001, 1],
  [0.002, 2],
  [0.005, 5],
  [0.01, 2],
  [0.02, 2],
  [0.05, 5],
  [0.1, 2],
  [0.2, 2],
  [0.5, 5],
  [1, 2],
  [2, 2],
  [5, 5],
  [10, 2],
  [15, 3],
  [30, 2],
  [MINUTE, 4],
  [2 * MINUTE, 2],
  [3 * MINUTE, 3],
  [5 * MINUTE, 5],
  [10 * MINUTE, 2],
  [15 * MINUTE, 3],
  [30 * MINUTE, 3],
  [HOUR, 4],
  [2 * HOUR, 2],
  [3 * HOUR, 3],
  [6 * HOUR, 2],
  [12 * HOUR, 2],
  [DAY, 4],
  [2 * DAY, 2],
  [7 * DAY, 7],
  [14 * DAY, 2],
  [LONGEST, 4],
];

/**
 * @param width px of the axis.
 * @param pitch least px between two labels.
 * @param offset seconds that the reader's clock is ahead of UTC. One for the whole axis: across a
 *   change of summer time, marks of whole days are off by that hour.
 */
export function ticksOf(span: Span, width: number, pitch: number, offset: number): Tick[] {
  const perPixel = (span.to - span.from) / Math.max(1, width);
  const [every, parts] = STEPS.find(([step]) => step / perPixel >= pitch) ?? [
    // A capture may have been written over years, or with a clock that was years wrong.
    Math.ceil((pitch * perPixel) / LONGEST) * LONGEST,
    4,
  ];
  const step = every / parts;
  const ticks: Tick[] = [];
  for (let i = Math.ceil((span.from + offset) / step); i * step - offset <= span.to; i++) {
    const time = i * step - offset;
    ticks.push({ time, label: i % parts === 0 ? labelOf(time, every) : "" });
  }
  return ticks;
}

/** Seconds that the reader's clock is ahead of UTC at that time. */
export function clockOffset(time: number): number {
  return -60 * new Date(time * 1000).getTimezoneOffset();
}

function labelOf(time: number, every: number): string {
  if (every < 1) return `${clockText(time, { seconds: true })}${time.toFixed(3).slice(-4)}`;
  if (every < DAY) return clockText(time, { seconds: every < MINUTE });
  const parts = every > LONGEST ? ({ year: "numeric" } as const) : ({ day: "numeric" } as const);
  return new Date(time * 1000).toLocaleDateString("en", { ...parts, month: "short" });
}
