/** Where the table's lines come from: asked for by place and order, answered all at one moment. */
import type { Counts } from "../amounts";
import type { Order, Row, RowKind } from "./rows";
import type { Range } from "./window";

export interface Question {
  readonly kind: RowKind;
  readonly order: Order;
  readonly range: Range;
}

export interface Answer {
  /** The place of the first line. */
  readonly from: number;
  readonly rows: readonly Row[];
  /** How many lines there are. */
  readonly count: number;
  /** What all lines add up to, and all there is with what the filter hides. */
  readonly sum: Counts;
  readonly all: Counts;
  /** Seconds that the counts are of. */
  readonly elapsed_s: number;
}
