/** Rows to square matrices: who sends how much to whom, in the order of the circle. */
import type { Amount } from "./amounts";
import { compareAddresses, isGroup } from "./address";
import type { Tunnel } from "./api";
import type { Kept } from "./roster";

export const OTHER_PEER = "other";

/** What an arc stands for. */
export interface Place {
  /** Unique on the circle and the same in each drain. */
  readonly key: string;
  /** The outer address it is, or stands behind; "other" for what is added up. */
  readonly peer: string;
  /** The outer or inner address; "" for what has no inner IP header. */
  readonly address: string;
  /** A group is a multicast or broadcast address of the underlay: it only receives. */
  readonly kind: "peer" | "group" | "endpoint" | "other";
  /** The endpoint's virtual network; null for peers and where there is none. */
  readonly vni: number | null;
  /** How many peers or endpoints are added up in it. */
  readonly merged: number;
}

export interface Matrix {
  readonly places: readonly Place[];
  /** `values[i][j]`: what place i sends to place j, in the measure's unit. */
  readonly values: readonly (readonly number[])[];
}

export interface PeerChoice {
  /** Most peers shown apart; one more is shown rather than added up alone. */
  readonly top: number;
  /** Always shown, however small; null for nobody. */
  readonly always: string | null;
  /** What stands in no row, sent from unknown to unknown; 0 for nothing. */
  readonly rest: number;
}

/** The underlay: peers in address order, then "other" where something is left. */
export function peerMatrix(
  tunnels: readonly Kept<Tunnel>[],
  amount: Amount,
  choice: PeerChoice,
): Matrix {
  const weights = peerWeights(tunnels, choice.always);
  const shown = biggest(weights, choice.top, choice.always).sort(compareAddresses);
  const places = shown.map((address) => peerPlace(address));
  const left = weights.size - shown.length;
  if (left > 0 || choice.rest > 0) places.push(otherPlace(OTHER_PEER, left));
  const grid = new Grid(places);
  for (const { row } of tunnels) grid.add(row.outer_src, row.outer_dst, amount(row));
  if (choice.rest > 0) grid.add(OTHER_PEER, OTHER_PEER, choice.rest);
  return grid.matrix();
}

/** What each place sends: the sums of the rows. */
export function sent(matrix: Matrix): number[] {
  return matrix.values.map((row) => row.reduce((total, value) => total + value, 0));
}

/** What each place receives: the sums of the columns. */
export function received(matrix: Matrix): number[] {
  return matrix.places.map((_, j) =>
    matrix.values.reduce((total, row) => total + (row[j] ?? 0), 0),
  );
}

/** Adds up values by the keys of places. */
export class Grid {
  private readonly places: readonly Place[];
  private readonly index: ReadonlyMap<string, number>;
  private readonly values: number[][];

  constructor(places: readonly Place[]) {
    this.places = places;
    this.index = new Map(places.map((place, i) => [place.key, i]));
    this.values = places.map(() => places.map(() => 0));
  }

  /** Keys without a place count as "other". */
  add(from: string, to: string, value: number): void {
    const row = this.values[this.at(from)];
    const column = this.at(to);
    if (row) row[column] = (row[column] ?? 0) + value;
  }

  matrix(): Matrix {
    return { places: this.places, values: this.values };
  }

  private at(key: string): number {
    return this.index.get(key) ?? this.index.get(OTHER_PEER) ?? -1;
  }
}

function peerPlace(address: string): Place {
  const kind = isGroup(address) ? "group" : "peer";
  return { key: address, peer: address, address, kind, vni: null, merged: 1 };
}

export function otherPlace(peer: string, merged: number): Place {
  const key = peer === OTHER_PEER ? OTHER_PEER : otherKey(peer);
  return { key, peer, address: "other", kind: "other", vni: null, merged };
}

/** The key of the place that adds up endpoints behind a peer. */
export function otherKey(peer: string): string {
  return `${peer}/other`;
}

function peerWeights(tunnels: readonly Kept<Tunnel>[], always: string | null): Map<string, number> {
  const weights = new Map<string, number>(always === null ? [] : [[always, 0]]);
  for (const { row, weight } of tunnels) {
    for (const peer of new Set([row.outer_src, row.outer_dst])) {
      weights.set(peer, (weights.get(peer) ?? 0) + weight);
    }
  }
  return weights;
}

function biggest(
  weights: ReadonlyMap<string, number>,
  top: number,
  always: string | null,
): string[] {
  const ranked = [...weights].sort(
    ([left, a], [right, b]) =>
      Number(right === always) - Number(left === always) || b - a || compareAddresses(left, right),
  );
  return ranked.slice(0, ranked.length === top + 1 ? top + 1 : top).map(([key]) => key);
}
