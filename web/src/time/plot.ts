/** The past as a picture's numbers: which stretch, in which steps, to which scale. */
import { tickStep } from "d3-array";
import { scaleLinear, type ScaleLinear } from "d3-scale";
import { amountIn, type Amount } from "../amounts";
import type { Measure } from "../format";
import { binned, inParts, stretchOf, type Bin, type Column } from "../series";
import type { Past } from "../traffic";
import type { Limits } from "./brush";

/** Px between the picture and its edges: axes and words stand there. */
export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Plot extends Margins {
  readonly width: number;
  readonly height: number;
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  /** The stretch that is shown, and how long a point of it is. */
  readonly limits: Limits;
  readonly bins: readonly Bin[];
  readonly measure: Measure;
  /** Of a bin's counts, which are per second. */
  readonly amount: Amount;
  /** Values with a line and a label. */
  readonly lines: readonly number[];
}

/** Steps without a drain after which it is clear that there was none. */
const GAP_STEPS = 5;
/** Px per point: finer steps are not visible. */
const STEP_PX = 3;

/**
 * @param past with one column at least.
 * @param lines about how many values have a line.
 */
export function plotFor(
  { columns, isWhole, back_s }: Pick<Past, "columns" | "isWhole" | "back_s">,
  { unit, size }: Measure,
  width: number,
  height: number,
  margins: Margins,
  lines: number,
): Plot {
  const { from, to } = stretchOf(columns, isWhole, back_s);
  const across = Math.max(1, width - margins.left - margins.right);
  const step = Math.max(usualIn(columns), ((to - from) * STEP_PX) / across);
  const bins = withGaps(
    binned(
      columns.filter(({ time }) => time >= from).flatMap((column) => inParts(column, step)),
      step,
    ),
    GAP_STEPS * step,
  );
  const measure: Measure = { unit, size, period: "rate" };
  const amount = amountIn(measure, 1);
  const greatest = Math.max(...bins.map((bin) => totalOf(bin, amount)), 0);
  // Of nothing there is no scale.
  const most = greatest || 1;
  const round = tickStep(0, most, lines);
  const fine = tickStep(0, most, 2 * lines);
  const top = Math.ceil(most / fine) * fine;
  return {
    ...margins,
    width,
    height,
    x: scaleLinear([from, to], [margins.left, width - margins.right]),
    y: scaleLinear([0, top], [height - margins.bottom, margins.top]),
    limits: { from, to, step },
    bins,
    measure,
    amount,
    lines: Array.from(
      { length: greatest > 0 ? Math.floor(top / round + 1e-9) : 0 },
      (_, i) => (i + 1) * round,
    ),
  };
}

/** A point without a value wherever two are further apart than that. */
function withGaps(bins: readonly Bin[], apart_s: number): Bin[] {
  return bins.flatMap((bin, i) => {
    const before = bins[i - 1];
    if (before === undefined || bin.time - before.time <= apart_s) return [bin];
    return [{ time: (before.time + bin.time) / 2, rates: new Map(), isGap: true }, bin];
  });
}

export function totalOf({ rates }: Bin, amount: Amount): number {
  let total = 0;
  for (const counts of rates.values()) total += amount(counts);
  return total;
}

/** What most columns hold: one long interval, or an older past, does not make all of it coarse. */
function usualIn(columns: readonly Column[]): number {
  const all = columns.map(({ interval_s }) => interval_s).sort((a, b) => a - b);
  return Math.max(all[Math.floor(all.length / 2)] ?? 0, 1e-3);
}
