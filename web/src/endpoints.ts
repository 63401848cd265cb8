/** The overlay of the chosen peer: which endpoints behind which peers send how much to whom. */
import type { Amount } from "./amounts";
import { compareAddresses } from "./address";
import type { Flow, Tunnel } from "./api";
import { Grid, OTHER_PEER, otherKey, otherPlace, type Matrix, type Place } from "./matrix";
import type { Kept } from "./roster";

/** Endpoints that are added up, by the peer they stand behind. */
type Merged = Map<string, Set<string>>;
type Part = readonly [from: string, to: string, value: number];

/**
 * The endpoints behind each place of `peers`, in the same order round the circle.
 *
 * What the flows do not tell (rows the reply left out, endpoints beyond `top`) goes between the
 * "other" endpoints of both peers, so that each pair of peers adds up to its tunnels.
 */
export function endpointMatrix(
  peers: Matrix,
  tunnels: readonly Kept<Tunnel>[],
  flows: readonly Kept<Flow>[],
  amount: Amount,
  top: number,
): Matrix {
  const known = new Set(peers.places.map((place) => place.key));
  const groupOf = (address: string): string => (known.has(address) ? address : OTHER_PEER);
  const shown = endpointPlaces(flows, groupOf, top);
  const merged: Merged = new Map();
  const keyFor = (place: Place): string =>
    shown.has(place.key) ? place.key : merge(merged, place.peer, place.key);
  const parts: Part[] = flows.map(({ row }) => [
    keyFor(endpointPlace(row, "src", groupOf)),
    keyFor(endpointPlace(row, "dst", groupOf)),
    amount(row),
  ]);
  for (const [from, to, value] of untold(tunnels, flows, groupOf, amount)) {
    parts.push([merge(merged, from), merge(merged, to), value]);
  }
  const grid = new Grid(inCircleOrder(peers, [...shown.values()], merged));
  for (const [from, to, value] of parts) grid.add(from, to, value);
  return grid.matrix();
}

/** Per pair of peers: what its tunnels carried less what its flows tell. */
function untold(
  tunnels: readonly Kept<Tunnel>[],
  flows: readonly Kept<Flow>[],
  groupOf: (address: string) => string,
  amount: Amount,
): Part[] {
  const left = new Map<string, Part>();
  const add = (row: Tunnel, value: number): void => {
    const [from, to] = [groupOf(row.outer_src), groupOf(row.outer_dst)];
    const key = `${from}|${to}`;
    left.set(key, [from, to, (left.get(key)?.[2] ?? 0) + value]);
  };
  for (const { row } of tunnels) add(row, amount(row));
  for (const { row } of flows) add(row, -amount(row));
  // Differences of rates carry rounding errors; less than half a packet or byte is one.
  const least = amount({ packets: 0.5, bytes: 0.5 });
  return [...left.values()].filter(([, , value]) => value > least);
}

/** Notes that an endpoint is added up, and says in which place. */
function merge(merged: Merged, peer: string, endpoint?: string): string {
  const before = merged.get(peer) ?? new Set();
  merged.set(peer, endpoint === undefined ? before : before.add(endpoint));
  return otherKey(peer);
}

function endpointPlace(
  row: Flow,
  side: "src" | "dst",
  groupOf: (address: string) => string,
): Place {
  const peer = groupOf(side === "src" ? row.outer_src : row.outer_dst);
  const address = side === "src" ? row.inner_src : row.inner_dst;
  const key = `${peer}/${row.encap}:${String(row.vni)}/${address}`;
  return { key, peer, address, kind: "endpoint", vni: row.vni, merged: 1 };
}

/** The endpoints shown apart: the biggest by weight, none behind "other". */
function endpointPlaces(
  flows: readonly Kept<Flow>[],
  groupOf: (address: string) => string,
  top: number,
): Map<string, Place> {
  const weights = new Map<string, { place: Place; weight: number }>();
  for (const { row, weight } of flows) {
    for (const side of ["src", "dst"] as const) {
      const place = endpointPlace(row, side, groupOf);
      if (place.peer === OTHER_PEER) continue;
      weights.set(place.key, { place, weight: (weights.get(place.key)?.weight ?? 0) + weight });
    }
  }
  const ranked = [...weights.values()].sort((a, b) => b.weight - a.weight).slice(0, top);
  return new Map(ranked.map(({ place }) => [place.key, place]));
}

/** Endpoints follow their peer's place, then their own address and network; "other" is last. */
function inCircleOrder(peers: Matrix, shown: readonly Place[], merged: Merged): Place[] {
  return peers.places.flatMap(({ key }) => {
    const own = shown
      .filter((place) => place.peer === key)
      .sort((a, b) => compareAddresses(a.address, b.address) || (a.vni ?? -1) - (b.vni ?? -1));
    const rest = merged.get(key);
    if (rest === undefined) return own;
    return [...own, { ...otherPlace(key, rest.size), key: otherKey(key) }];
  });
}
