/** The findings as the page shows them: in order, with what this browser keeps quiet. */
import type { Mutes } from "./mutes";
import type { Check, Finding, Report, Severity } from "./report";

/** A finding in the list. */
export interface Told extends Finding {
  /** Seconds since 1970; Infinity for what the monitor itself keeps quiet, null for what is told. */
  readonly quietUntil: number | null;
}

export interface Found {
  /** False until the first report is there: nothing found is something else. */
  readonly isKnown: boolean;
  /** The newest moment that was judged, in seconds since 1970. */
  readonly time: number;
  /** What wants to be looked at, worst first; then what is muted; then what is over. */
  readonly rows: readonly Told[];
  readonly checks: readonly Check[];
}

export const NOTHING_FOUND: Found = { isKnown: false, time: 0, rows: [], checks: [] };

const RANKS: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

export function foundBy({ time, rows, checks }: Report, mutes: Mutes): Found {
  const told = rows.map((row): Told => ({
    ...row,
    quietUntil: row.muted ? Infinity : (mutes.get(row.id) ?? null),
  }));
  const newest = ({ opened, closed }: Told): number => closed ?? opened;
  return {
    isKnown: true,
    time,
    rows: told.sort((a, b) => rank(a) - rank(b) || newest(b) - newest(a)),
    checks,
  };
}

/** Whether it is open and not muted: what is counted, marked and announced. */
export function isPressing({ state, quietUntil }: Told): boolean {
  return state === "open" && quietUntil === null;
}

export function pressing({ rows }: Found): readonly Told[] {
  return rows.filter(isPressing);
}

/** The one that is talked about: the chosen one, or the first; null where it is not there. */
export function toldOf({ rows }: Found, id: string | null): Told | null {
  return (id === null ? rows[0] : rows.find((row) => row.id === id)) ?? null;
}

/** The worst of some. */
export function worstOf(rows: readonly Told[]): Severity | null {
  const [worst] = rows.map(({ severity }) => severity).sort((a, b) => RANKS[a] - RANKS[b]);
  return worst ?? null;
}

function rank(row: Told): number {
  if (row.state !== "open") return 5;
  return row.quietUntil === null ? RANKS[row.severity] : 4;
}
