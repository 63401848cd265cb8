/** Who sends and receives how much: ranked lists from the rows of the traffic. */
import { compareAddresses, isGroup } from "./address";
import type { Amount } from "./amounts";
import type { Flow, Tunnel } from "./api";
import { endpointKey } from "./things";

/** What somebody sends and receives, in the measure's unit. */
export interface Exchange {
  /** As of the place it is. */
  readonly key: string;
  readonly address: string;
  readonly vni: number | null;
  readonly sent: number;
  readonly received: number;
}

/** All peers, who sends most first: the one that floods the link is the first. */
export function talkers(rows: readonly Tunnel[], amount: Amount): Exchange[] {
  const sums = new Sums();
  for (const row of rows) {
    const value = amount(row);
    sums.add(row.outer_src, row.outer_src, null, value, 0);
    if (!isGroup(row.outer_dst)) sums.add(row.outer_dst, row.outer_dst, null, 0, value);
  }
  return sums.sorted((one) => one.sent);
}

/** Whom a peer talks to, with what it sends to and receives from each, biggest first. */
export function partners(rows: readonly Tunnel[], amount: Amount, peer: string): Exchange[] {
  const sums = new Sums();
  for (const row of rows) {
    const value = amount(row);
    if (row.outer_src === peer) sums.add(row.outer_dst, row.outer_dst, null, value, 0);
    else if (row.outer_dst === peer) sums.add(row.outer_src, row.outer_src, null, 0, value);
  }
  return sums.sorted(both);
}

/** The endpoints behind a peer, biggest first. */
export function behind(rows: readonly Flow[], amount: Amount, peer: string): Exchange[] {
  const sums = new Sums();
  for (const row of rows) {
    const value = amount(row);
    const key = (address: string): string => endpointKey(peer, row.encap, row.vni, address);
    if (row.outer_src === peer) sums.add(key(row.inner_src), row.inner_src, row.vni, value, 0);
    if (row.outer_dst === peer) sums.add(key(row.inner_dst), row.inner_dst, row.vni, 0, value);
  }
  return sums.sorted(both);
}

/** The one of that address; zeros where there is none. */
export function exchangeOf(list: readonly Exchange[], key: string): Exchange {
  const found = list.find((one) => one.key === key);
  return found ?? { key, address: key, vni: null, sent: 0, received: 0 };
}

function both({ sent, received }: Exchange): number {
  return sent + received;
}

class Sums {
  private readonly all = new Map<string, Exchange>();

  add(key: string, address: string, vni: number | null, sent: number, received: number): void {
    const before = this.all.get(key);
    this.all.set(key, {
      key,
      address,
      vni,
      sent: (before?.sent ?? 0) + sent,
      received: (before?.received ?? 0) + received,
    });
  }

  sorted(size: (one: Exchange) => number): Exchange[] {
    return [...this.all.values()].sort(
      (a, b) => size(b) - size(a) || both(b) - both(a) || compareAddresses(a.address, b.address),
    );
  }
}
