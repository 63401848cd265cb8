/** Counts of a window as what a measure shows. */
import type { Measure } from "./format";

export interface Counts {
  readonly packets: number;
  readonly bytes: number;
}

/** Turns the counts of a row into the number drawn for it. */
export type Amount = (counts: Counts) => number;

/** @param elapsed_s seconds that the window lasts; only rates need it. */
export function amountIn(measure: Measure, elapsed_s: number): Amount {
  const seconds = measure.window === "last" ? Math.max(elapsed_s, 1e-9) : 1;
  if (measure.unit === "packets") return ({ packets }) => packets / seconds;
  const bits = measure.window === "last" ? 8 : 1;
  return ({ bytes }) => (bytes * bits) / seconds;
}

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
