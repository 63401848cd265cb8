/** Mean rates in stretches of the past, and who makes their difference. */
import { amountIn, NO_COUNTS, type Amount, type Counts } from "../amounts";
import type { Column } from "../series";
import type { Selection, Span } from "../state";
import type { Traffic } from "../traffic";
import { compare, type Comparison } from "./contributions";
import { comparisonOf, type FlowComparison } from "./growth";

/** Parts of a difference that are shown apart. */
const MOST_PARTS = 9;

export interface Means {
  /** Per second, by key. */
  readonly rates: ReadonlyMap<string, Counts>;
  /** How long there was something to count; 0 where nobody watched. */
  readonly seconds: number;
}

/** An interval belongs to a stretch as a whole, if its middle is in it. */
export function meansIn(columns: readonly Column[], { from, to }: Span): Means {
  const own = columns.filter(({ time, interval_s }) => {
    const middle = time - interval_s / 2;
    return middle >= from && middle < to;
  });
  const seconds = own.reduce((sum, { interval_s }) => sum + interval_s, 0);
  const rates = new Map<string, Counts>();
  for (const { counts } of own) {
    for (const [key, { packets, bytes, inner_bytes }] of counts) {
      const before = rates.get(key) ?? NO_COUNTS;
      rates.set(key, {
        packets: before.packets + packets / seconds,
        bytes: before.bytes + bytes / seconds,
        inner_bytes: before.inner_bytes + inner_bytes / seconds,
      });
    }
  }
  return { rates, seconds };
}

export function meanOf({ rates }: Means, amount: Amount): number {
  let sum = 0;
  for (const counts of rates.values()) sum += amount(counts);
  return sum;
}

/**
 * @param amount of counts that are per second.
 * @param most parts shown apart.
 */
export function comparing(before: Means, after: Means, amount: Amount, most: number): Comparison {
  const keys = new Set([...before.rates.keys(), ...after.rates.keys()]);
  const parts = [...keys].map((key) => ({
    key,
    before: amount(before.rates.get(key) ?? NO_COUNTS),
    after: amount(after.rates.get(key) ?? NO_COUNTS),
  }));
  const whole = { before: meanOf(before, amount), after: meanOf(after, amount) };
  return compare(parts, whole, most);
}

/**
 * What the right panel tells of both brushes; null while something else is to be told. Until the
 * server has said which flows it was, the layers have to do.
 */
export function comparedIn(
  { past, measure }: Traffic,
  selection: Selection,
): FlowComparison | null {
  const { span, before, chosen } = selection;
  if (span === null || before === null || chosen !== null) return null;
  if (past.growth !== null) return comparisonOf(past.growth, measure);
  const amount = amountIn({ ...measure, period: "rate" }, 1);
  const [a, b] = [meansIn(past.columns, before), meansIn(past.columns, span)];
  const { parts, ...whole } = comparing(a, b, amount, MOST_PARTS);
  return { ...whole, parts: parts.map((part) => ({ ...part, row: null, count: 0 })) };
}
