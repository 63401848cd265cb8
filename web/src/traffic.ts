/**
 * The one data set: one snapshot and one selection, as all the numbers that drawings and panels
 * show. What passes the filter is in `tunnels` and `flows`; `rim` and `inside` are the circle
 * (and the heat map) of it; every sum is `total`, and `total` and what the filter hides is `all`.
 */
import { amountIn, sum, type Amount } from "./amounts";
import type { Drain, Flow, Tunnel } from "./api/drain";
import { culpritOf, type Culprit } from "./culprit";
import { valueOf } from "./filter/edit";
import { NOTHING_FOUND, type Found } from "./findings/found";
import { passing } from "./passing";
import type { Measure } from "./format";
import { insideMatrix, type Inside } from "./inside";
import type { Matrix } from "./matrix";
import { rimMatrix, rimOf, type Ends, type Rim } from "./rim";
import type { Kept } from "./roster";
import { LONGEST_S, type Column } from "./series";
import type { Snapshot } from "./snapshot";
import type { Growth } from "./time/growth";
import type { Held } from "./time/layers";
import type { Selection } from "./state";
import { networkKey, thingsOf } from "./things";

/** Places inside the arcs that are shown apart; the rest is "other" in its arc. */
const TOP_INSIDE = 80;

export interface Traffic {
  readonly drain: Drain;
  readonly measure: Measure;
  /** A row's counts as the number that is drawn for it. */
  readonly amount: Amount;
  /** The places on the rim: peers, or networks; "other" and the like are last. */
  readonly rim: Matrix;
  /**
   * What is inside the arcs, in their order; an arc that is not opened stands there as itself. The
   * rim where none is.
   */
  readonly inside: Matrix;
  /** Keys of the arcs of the rim that are opened. */
  readonly opened: ReadonlySet<string>;
  /** Rows that pass the filter. Those of the last minute that are silent now have zeros. */
  readonly tunnels: readonly Tunnel[];
  readonly flows: readonly Flow[];
  /** The same rows with what each counts for when the biggest are chosen. */
  readonly kept: {
    readonly tunnels: readonly Kept<Tunnel>[];
    readonly flows: readonly Kept<Flow>[];
  };
  /** Where a row's two ends are on the rim. */
  readonly ends: Ends;
  /** What stands in no row. */
  readonly rest: number;
  /** What passes the filter, and what stands in no row with it. */
  readonly total: number;
  /** The ledger's: everything that was tunnelled, whatever is chosen. */
  readonly all: number;
  readonly culprit: Culprit | null;
  readonly findings: Found;
  readonly past: Past;
}

/** What was before, and where what is shown stands in it. */
export interface Past {
  /** Drains of the last minutes, oldest first. */
  readonly columns: readonly Column[];
  /** Null while live. */
  readonly held: Held | null;
  /** Whether it is all there ever was, as of a capture. */
  readonly isWhole: boolean;
  /** How far back it was asked for, in seconds. */
  readonly back_s: number;
  /** Which flows make the difference between both brushes; null while that is not known. */
  readonly growth: Growth | null;
}

/** What a window shows; a stretch of time shows either. */
const PERIODS = { last: "rate", total: "total" } as const;
const NO_PAST: Past = { columns: [], held: null, isWhole: false, back_s: LONGEST_S, growth: null };

export function trafficOf(
  snapshot: Snapshot,
  selection: Selection,
  past: Past = NO_PAST,
  findings: Found = NOTHING_FOUND,
): Traffic {
  const { drain } = snapshot;
  const { unit, size } = selection;
  const period = drain.window === "span" ? selection.period : PERIODS[drain.window];
  const measure: Measure = { unit, size, period };
  const amount = amountIn(measure, drain.elapsed_s);
  const { tunnels: all, flows, isWhole } = passing(snapshot, selection.filter);
  const nameless = all.filter(({ row }) => row.outer_src === "").map(({ row }) => amount(row));
  const left = isWhole && selection.below === 0 ? amount(drain.other_tunnels) : 0;
  const rest = sum(nameless) + left;
  const rim = rimOf(
    all.filter(({ row }) => row.outer_src !== ""),
    { ...selection, always: alwaysShown(selection), names: drain.names },
    rest > 0,
  );
  const opened = openedOf(rim, selection);
  const around = rimMatrix(rim, amount, rest);
  const rows = rim.rows.map(({ row }) => row);
  const told = flows.map(({ row }) => row);
  return {
    drain,
    measure,
    amount,
    rim: around,
    inside:
      opened.size === 0
        ? around
        : insideOf(rim, flows, selection, { amount, opened, rest, names: drain.names }),
    opened,
    tunnels: rows,
    flows: told,
    kept: { tunnels: rim.rows, flows },
    ends: rim.ends,
    rest,
    total: sum(rows.map(amount)) + rest,
    all: amount(drain.all),
    culprit: culpritOf(drain.culprit, told, measure),
    findings,
    past,
  };
}

/** The peer whose flows are wanted in detail: the chosen one, or the last drilled into. */
export function focusOf({ chosen, filter }: Selection): string | null {
  const peers = thingsOf(chosen ?? "").map(({ peer }) => peer);
  return peers.find((peer) => peer !== "") ?? valueOf(filter, "peer");
}

function insideOf(
  rim: Rim,
  flows: readonly Kept<Flow>[],
  { grouping, layer }: Selection,
  choice: Omit<Inside, "of" | "top">,
): Matrix {
  const of = grouping === "vni" && layer === "underlay" ? "parts" : "endpoints";
  return insideMatrix(rim, rim.rows, flows, { ...choice, of, top: TOP_INSIDE });
}

/** In the overlay all arcs, in the underlay those of what is chosen; networks always. */
function openedOf({ places }: Rim, { layer, grouping, chosen }: Selection): Set<string> {
  const open = places.filter(({ kind }) => kind === "peer" || kind === "network");
  if (layer === "overlay" || grouping === "vni") return new Set(open.map(({ key }) => key));
  const things = thingsOf(chosen ?? "");
  const isFine = things.some(({ kind }) => kind === "endpoint" || kind === "others");
  const known = new Set(open.map(({ key }) => key));
  const wanted = things.length === 1 || isFine ? things.map(({ peer }) => peer) : [];
  return new Set(wanted.filter((peer) => known.has(peer)));
}

function alwaysShown({ grouping, chosen, filter }: Selection): string[] {
  const things = thingsOf(chosen ?? "");
  if (grouping === "vni") {
    const vni = valueOf(filter, "vni");
    const own = things.filter(({ kind }) => kind === "network").map(({ key }) => key);
    return vni === null ? own : [...own, networkKey(vni === "none" ? null : Number(vni))];
  }
  const peer = valueOf(filter, "peer");
  const own = things.map((thing) => thing.peer).filter((one) => one !== "");
  return [...new Set(peer === null ? own : [...own, peer])];
}
