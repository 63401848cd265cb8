/** Which flows make the difference between two stretches of time, as the server tells it. */
import { amountIn, type Counts } from "../amounts";
import { amount, listOf, number, orAbsent, shape, text } from "../decode";
import type { Measure } from "../format";
import type { Selection, Span } from "../state";
import { thingKey, type Row } from "../table/rows";
import { REST, type Comparison, type Contribution } from "./contributions";

/** A comparison of flows: each part is one, or what is added up. */
export interface FlowComparison extends Comparison {
  readonly parts: readonly FlowPart[];
}

export interface FlowPart extends Contribution {
  /** Null for what is added up. */
  readonly row: Row | null;
  /** How many flows it is. */
  readonly count: number;
}

const MOST_PARTS = 9;

/** The path of the request, below the page's own; null while nothing is compared. */
export function growthPath({ span, before, filter }: Selection): string | null {
  if (span === null || before === null) return null;
  const words = new URLSearchParams({ by: "conversation", limit: String(MOST_PARTS) });
  const put = (from: string, to: string, stretch: Span): void => {
    words.set(from, String(stretch.from));
    words.set(to, String(stretch.to));
  };
  put("from", "to", span);
  put("compare_from", "compare_to", before);
  if (filter !== "") words.set("filter", filter);
  return `api/v1/growth?${words.toString()}`;
}

const counts = { packets: amount, bytes: amount, inner_bytes: amount };
const both = { ...counts, before: shape(counts) };
const stretch = shape({ ...counts, elapsed_s: number });
const row = shape({
  ...both,
  encap: orAbsent(text),
  vni: orAbsent(number),
  outer_src: orAbsent(text),
  outer_dst: orAbsent(text),
  inner_src: orAbsent(text),
  inner_dst: orAbsent(text),
});
const reply = shape({
  now: stretch,
  before: stretch,
  rows: listOf(row),
  other: shape({ ...both, rows: number }),
});

/** What the server says, not yet in anybody's unit. */
export interface Growth {
  readonly now: Stretch;
  readonly before: Stretch;
  readonly rows: readonly (Row & { readonly before: Counts })[];
  readonly other: Counts & { readonly before: Counts; readonly rows: number };
}

type Stretch = Counts & { readonly elapsed_s: number };

/** @throws ReplyError naming the first member that is not as documented. */
export function readGrowth(value: unknown): Growth {
  return reply(value, "growth");
}

/** Who grew most first; what is added up stands where it would by itself. */
export function comparisonOf(
  { now, before, rows, other }: Growth,
  measure: Measure,
): FlowComparison {
  const rate: Measure = { ...measure, period: "rate" };
  const [after, earlier] = [amountIn(rate, now.elapsed_s), amountIn(rate, before.elapsed_s)];
  const part = (one: Counts & { readonly before: Counts }): Contribution => {
    const [was, is] = [earlier(one.before), after(one)];
    return { key: REST, before: was, after: is, change: is - was };
  };
  const parts: FlowPart[] = rows.map((row) => ({
    ...part(row),
    key: thingKey(row),
    row,
    count: 1,
  }));
  if (other.rows > 0) parts.push({ ...part(other), row: null, count: other.rows });
  const whole = { before: earlier(before), after: after(now) };
  return {
    ...whole,
    change: whole.after - whole.before,
    parts: parts.sort((a, b) => b.change - a.change),
  };
}
