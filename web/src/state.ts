/** What is chosen, and what one step up or down makes of it. link.ts keeps it in the address. */
import type { RowKind } from "./table/rows";
import { drillsOf, withValue, withWord, without } from "./filter/edit";
import { OTHER, thingsOf } from "./things";

/** The drawings, in the order of their tabs and keys. */
export const VIEWS = ["chord", "matrix", "sankey", "table", "timeline", "findings"] as const;
export type ViewName = (typeof VIEWS)[number];

/** `underlay`: peers; `overlay`: the endpoints behind them, at the same place. */
export type Layer = "underlay" | "overlay";
/** What the circle, the stack and the colours are by. */
export type Grouping = "peer" | "vni";
export type UnitName = "bits" | "packets";
/** Bytes with the outer headers, or only what is inside the tunnel. */
export type Size = "wire" | "inner";
/** Per second, or everything in the window. */
export type Period = "rate" | "total";

/** A stretch of time, in seconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A quarter of an hour, which the monitor always has, to a week, with a history. */
export const BACKS_S = [900, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600] as const;

export interface Selection {
  readonly view: ViewName;
  readonly layer: Layer;
  readonly grouping: Grouping;
  /** Places shown apart; the others are added up as "other". */
  readonly top: number;
  /** How many of the biggest are set aside: an opened "other". */
  readonly below: number;
  /** The filter as it was typed or clicked together; "" for everything. */
  readonly filter: string;
  /**
   * What is talked about at the right and stands out in every drawing: the key of a place, or of
   * the ribbon between two (see things.ts); null for nothing.
   */
  readonly chosen: string | null;
  /** The drawing's numbers as rows, in its place. */
  readonly twin: boolean;
  readonly unit: UnitName;
  readonly size: Size;
  readonly period: Period;
  readonly paused: boolean;
  /** What the table lists, and by what: "-bytes"; "" for the largest first. */
  readonly rows: RowKind;
  readonly sort: string;
  /** Id of the finding that is talked about; null for the first. */
  readonly finding: string | null;
  /** How far back the past is shown, in seconds. */
  readonly back_s: number;
  /** The brush: only this time; null for now. */
  readonly span: Span | null;
  /** The second brush: what `span` is compared with; null for the time just before it. */
  readonly before: Span | null;
}

export const EVERYTHING: Selection = {
  view: "chord",
  layer: "underlay",
  grouping: "peer",
  top: 20,
  below: 0,
  filter: "",
  chosen: null,
  twin: false,
  unit: "bits",
  size: "wire",
  period: "rate",
  paused: false,
  rows: "flows",
  sort: "",
  finding: null,
  back_s: 900,
  span: null,
  before: null,
};

/** One step up: let go of what is chosen, then out of the overlay, then of the last drill. */
export function up(selection: Selection): Selection {
  if (selection.chosen !== null) return { ...selection, chosen: null };
  if (selection.layer === "overlay") return { ...selection, layer: "underlay" };
  const last = drillsOf(selection.filter).at(-1);
  if (last !== undefined) return { ...selection, filter: without(selection.filter, last) };
  return { ...selection, below: Math.max(0, selection.below - selection.top) };
}

/** Into it: only its traffic, and what is behind it. */
export function down(selection: Selection, key: string): Selection {
  if (key === OTHER) return { ...selection, chosen: null, below: selection.below + selection.top };
  let { filter } = selection;
  for (const { kind, peer, vni, address } of thingsOf(key)) {
    if (kind === "network") filter = withValue(filter, "vni", String(vni ?? "none"));
    else if (address !== "") filter = withWord(filter, `inner:${address}`);
    else if (peer !== "") filter = withWord(filter, `peer:${peer}`);
  }
  return { ...selection, filter, chosen: null, layer: "overlay" };
}

/** Whether less than everything is shown. */
export function isFiltered(selection: Selection): boolean {
  return selection.filter !== "" || selection.chosen !== null || selection.below > 0;
}
