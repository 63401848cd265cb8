/**
 * Who is shown, from drain to drain.
 *
 * In intervals of a second a ping is now in, now out. A row that falls silent therefore keeps
 * its place with zeros for about a minute, and the biggest are chosen by decayed bytes, so that
 * the circle does not jump while it is read.
 */
import { NO_COUNTS } from "./amounts";
import type { Flow, Tunnel } from "./api/drain";

/** A row and how much it weighs when the biggest are chosen: decayed bytes. */
export interface Kept<T extends Tunnel> {
  readonly row: T;
  readonly weight: number;
}

export type Roster<T extends Tunnel> = ReadonlyMap<string, Kept<T>>;

/** What is left of a weight after one second. */
const DECAY = 0.9;
/** Below this weight, in bytes, a silent row is forgotten. */
const FORGOTTEN = 1;

/**
 * The rows of a new drain, and the silent ones that still have a place.
 *
 * @param seconds since the drain that `roster` is from.
 */
export function remember<T extends Tunnel>(
  roster: Roster<T>,
  rows: readonly T[],
  keyOf: (row: T) => string,
  seconds: number,
): Roster<T> {
  const left = DECAY ** Math.max(0, seconds);
  const next = new Map<string, Kept<T>>();
  for (const [key, kept] of roster) {
    const weight = kept.weight * left;
    if (weight >= FORGOTTEN) next.set(key, { row: { ...kept.row, ...NO_COUNTS }, weight });
  }
  for (const row of rows) {
    const key = keyOf(row);
    next.set(key, { row, weight: (next.get(key)?.weight ?? 0) + row.bytes });
  }
  return next;
}

export function tunnelKey(row: Tunnel): string {
  return `${row.encap}/${String(row.vni)}/${row.outer_src}/${row.outer_dst}`;
}

export function flowKey(row: Flow): string {
  return `${tunnelKey(row)}/${row.inner_src}/${row.inner_dst}`;
}
