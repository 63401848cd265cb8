/** Who sends and receives how much: ranked lists from rows. */
import { compareAddresses } from "./address";
import type { Amount } from "./amounts";
import type { Flow, Tunnel } from "./api/drain";
import { innerOf, type Side } from "./subject";
import { endpointKey } from "./things";

type Row = Tunnel | Flow;

/** What somebody sends and receives, in the measure's unit. */
export interface Exchange {
  /** As of the place it is. */
  readonly key: string;
  /** Outer address. */
  readonly peer: string;
  readonly address: string;
  readonly vni: number | null;
  readonly sent: number;
  readonly received: number;
}

/** What an end of a row is in a list. */
export type Naming = (row: Row, side: Side) => Pick<Exchange, "key" | "peer" | "address" | "vni">;

export const byPeer: Naming = (row, side) => {
  const peer = side === "src" ? row.outer_src : row.outer_dst;
  return { key: peer, peer, address: peer, vni: null };
};

export const byEndpoint: Naming = (row, side) => {
  const { peer } = byPeer(row, side);
  const address = innerOf(row, side);
  return { key: endpointKey(peer, row.encap, row.vni, address), peer, address, vni: row.vni };
};

/**
 * @param isListed which ends are in the list.
 * @param size by what it is ranked.
 */
export function exchanges(
  rows: readonly Row[],
  amount: Amount,
  naming: Naming,
  isListed: (row: Row, side: Side) => boolean,
  size: (one: Exchange) => number = both,
): Exchange[] {
  const sums = new Map<string, Exchange>();
  const add = (row: Row, side: Side, sent: number, received: number): void => {
    if (!isListed(row, side)) return;
    const name = naming(row, side);
    const before = sums.get(name.key) ?? { ...name, sent: 0, received: 0 };
    const after = { sent: before.sent + sent, received: before.received + received };
    sums.set(name.key, { ...before, ...after });
  };
  for (const row of rows) {
    const value = amount(row);
    add(row, "src", value, 0);
    add(row, "dst", 0, value);
  }
  return [...sums.values()].sort(
    (a, b) => size(b) - size(a) || both(b) - both(a) || compareAddresses(a.address, b.address),
  );
}

export function bySent({ sent }: Exchange): number {
  return sent;
}

function both({ sent, received }: Exchange): number {
  return sent + received;
}
