/** Counts of a window as what a measure shows. */
import type { Measure } from "./format";

export interface Counts {
  readonly packets: number;
  /** On the wire, outer headers included. */
  readonly bytes: number;
  /** Inside the tunnel. */
  readonly inner_bytes: number;
}

export const NO_COUNTS: Counts = { packets: 0, bytes: 0, inner_bytes: 0 };

export function sumOf(all: readonly Counts[]): Counts {
  return {
    packets: sum(all.map(({ packets }) => packets)),
    bytes: sum(all.map(({ bytes }) => bytes)),
    inner_bytes: sum(all.map(({ inner_bytes }) => inner_bytes)),
  };
}

/** Turns the counts of a row into the number drawn for it. */
export type Amount = (counts: Counts) => number;

/** @param elapsed_s seconds that the window lasts; only rates need it. */
export function amountIn(measure: Measure, elapsed_s: number): Amount {
  const isRate = measure.period === "rate";
  const seconds = isRate ? Math.max(elapsed_s, 1e-9) : 1;
  if (measure.unit === "packets") return ({ packets }) => packets / seconds;
  const bits = isRate ? 8 : 1;
  if (measure.size === "inner") return ({ inner_bytes }) => (inner_bytes * bits) / seconds;
  return ({ bytes }) => (bytes * bits) / seconds;
}

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
