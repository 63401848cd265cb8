/** The last minutes by sending peer: drains to points, points to layers. */
import type { Drain } from "./api/drain";
import type { Timeline } from "./api/timeline";
import { NO_COUNTS, type Counts } from "./amounts";
import type { Span } from "./state";
import { OTHER } from "./things";

/** What each peer sent in one drain. */
export interface Column {
  readonly time: number;
  readonly interval_s: number;
  readonly counts: ReadonlyMap<string, Counts>;
}

/** A step of time: `time` is the middle of what it holds, `rates` are per second. */
export interface Bin {
  readonly time: number;
  /** Nobody watched: there is nothing to draw, and not 0 either. */
  readonly isGap?: boolean;
  readonly rates: ReadonlyMap<string, Counts>;
}

/** What the monitor remembers, and the page shows at most. */
export const LONGEST_S = 15 * 60;
/** Shorter periods for a monitor that has just started. */
const PERIODS_S = [60, 2 * 60, 5 * 60, 10 * 60, LONGEST_S] as const;

export function columnsOf({ times, elapsed_s, peers, packets, bytes }: Timeline): Column[] {
  return times.map((time, i) => ({
    time,
    interval_s: elapsed_s[i] ?? 0,
    counts: new Map(peers.map((peer, p) => [peer, sentOf(packets[p]?.[i], bytes[p]?.[i])])),
  }));
}

export function columnOf({ time, interval_s, senders }: Drain): Column {
  const counts = senders.peers.map((peer, p): [string, Counts] => [
    peer,
    sentOf(senders.packets[p], senders.bytes[p]),
  ]);
  return { time, interval_s, counts: new Map(counts) };
}

/** With one more column, unless it is there already, and without those too old. */
export function append(columns: readonly Column[], column: Column): readonly Column[] {
  const last = columns.at(-1);
  if (last && column.time <= last.time) return columns;
  const since = column.time - LONGEST_S;
  return [...columns.filter(({ time }) => time > since), column];
}

/**
 * What is shown: the shortest period with all there is, or nothing but that.
 *
 * @param isWhole whether no more will come.
 * @param back_s how far back was asked for, in seconds.
 */
export function stretchOf(columns: readonly Column[], isWhole: boolean, back_s: number): Span {
  const [first, last] = [columns.at(0), columns.at(-1)];
  if (!first || !last) return { from: -PERIODS_S[0], to: 0 };
  if (isWhole) return { from: first.time - first.interval_s, to: last.time };
  if (back_s > LONGEST_S) return { from: last.time - back_s, to: last.time };
  const age = last.time - first.time;
  const period = PERIODS_S.find((one) => one >= age) ?? LONGEST_S;
  return { from: last.time - period, to: last.time };
}

/**
 * Columns in equal steps, so that a picture of them stands still while it moves on.
 *
 * @param step_s at least one interval; the bins begin at multiples of it.
 */
export function binned(columns: readonly Column[], step_s: number): Bin[] {
  const bins = new Map<number, Column[]>();
  for (const column of columns) {
    const at = Math.floor(column.time / step_s) * step_s;
    const bin = bins.get(at) ?? [];
    bin.push(column);
    bins.set(at, bin);
  }
  return [...bins.values()].map((members) => ({
    time: members.reduce((total, { time }) => total + time, 0) / members.length,
    rates: rates(members),
  }));
}

/** Of a column that is longer than a step: equal parts, for nobody knows how it was inside. */
export function inParts(column: Column, step_s: number): Column[] {
  const { time, interval_s, counts } = column;
  const parts = Math.floor(interval_s / step_s + 1e-9);
  if (parts < 2) return [column];
  const part = ({ packets, bytes, inner_bytes }: Counts): Counts => ({
    packets: packets / parts,
    bytes: bytes / parts,
    inner_bytes: inner_bytes / parts,
  });
  const own = new Map([...counts].map(([key, all]) => [key, part(all)]));
  const each_s = interval_s / parts;
  return Array.from({ length: parts }, (_, i) => ({
    time: time - (parts - 1 - i) * each_s,
    interval_s: each_s,
    counts: own,
  }));
}

/** All peers of the bins, who grew most last, "other" first. */
export function byGrowth(bins: readonly Bin[]): string[] {
  const half = Math.floor(bins.length / 2);
  const growth = new Map<string, number>();
  bins.forEach(({ rates: here }, i) => {
    const sign = i < half ? -1 / Math.max(1, half) : 1 / Math.max(1, bins.length - half);
    for (const [peer, { bytes }] of here) growth.set(peer, (growth.get(peer) ?? 0) + sign * bytes);
  });
  const rank = (peer: string): number => (peer === OTHER ? -Infinity : (growth.get(peer) ?? 0));
  return [...growth.keys()].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

function rates(columns: readonly Column[]): Map<string, Counts> {
  const seconds = columns.reduce((total, column) => total + column.interval_s, 0);
  const sums = new Map<string, Counts>();
  for (const { counts } of columns) {
    for (const [peer, { packets, bytes, inner_bytes }] of counts) {
      const before = sums.get(peer) ?? NO_COUNTS;
      sums.set(peer, {
        packets: before.packets + packets / seconds,
        bytes: before.bytes + bytes / seconds,
        inner_bytes: before.inner_bytes + inner_bytes / seconds,
      });
    }
  }
  return sums;
}

/** Senders are told on the wire only. */
function sentOf(packets = 0, bytes = 0): Counts {
  return { ...NO_COUNTS, packets, bytes };
}
