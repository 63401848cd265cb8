/**
 * What stands inside the arcs of the rim: the endpoints behind an opened peer, the peers or
 * endpoints of a network. An arc that is not opened stands there as itself, so that one matrix
 * has all that the ribbons join.
 *
 * What the flows do not tell (rows the reply left out, endpoints beyond `top`) goes between the
 * "other" places of both arcs, so that each pair of arcs adds up to its tunnels.
 */
import type { Amount } from "./amounts";
import { compareAddresses, isGroup } from "./address";
import type { Flow, Tunnel } from "./api/drain";
import { Grid, otherPlace, type Matrix, type Place } from "./matrix";
import type { Rim } from "./rim";
import type { Kept } from "./roster";
import { endpointKey, FIRST, GROUPS, OTHER, othersKey, partKey } from "./things";

type Part = readonly [from: string, to: string, value: number];
type Side = "src" | "dst";

export interface Inside {
  readonly amount: Amount;
  /** Keys of the rim whose arcs are open. */
  readonly opened: ReadonlySet<string>;
  /** Endpoints, or what each peer has in the network. */
  readonly of: "endpoints" | "parts";
  /** Most places shown apart. */
  readonly top: number;
  readonly rest: number;
  readonly names: ReadonlyMap<string, string>;
}

export function insideMatrix(
  rim: Rim,
  tunnels: readonly Kept<Tunnel>[],
  flows: readonly Kept<Flow>[],
  choice: Inside,
): Matrix {
  const { amount, opened } = choice;
  const known = new Set(rim.places.map(({ key }) => key));
  const touches = ({ row }: Kept<Tunnel>): boolean => rim.ends(row).some((end) => opened.has(end));
  const told = (choice.of === "parts" ? tunnels : flows).filter(touches);
  const shown = biggest(told, rim, choice);
  const merged = new Map<string, Set<string>>();
  const keyOf = (row: Tunnel | Flow, side: Side): string => {
    const end = rim.ends(row)[side === "src" ? 0 : 1];
    if (!opened.has(end) || !known.has(end)) return end;
    const place = placeOf(row, side, end, choice);
    return shown.has(place.key) ? place.key : merge(merged, end, place.key);
  };
  const parts: Part[] = told.map(({ row }) => [keyOf(row, "src"), keyOf(row, "dst"), amount(row)]);
  for (const [from, to, value] of untold(tunnels, told, rim, amount)) {
    const key = (end: string): string => (opened.has(end) ? merge(merged, end) : end);
    parts.push([key(from), key(to), value]);
  }
  if (choice.rest > 0) parts.push([OTHER, OTHER, choice.rest]);
  const grid = new Grid(inCircleOrder(rim, opened, [...shown.values()], merged));
  for (const part of parts) grid.add(...part);
  return grid.matrix();
}

/** Per pair of arcs: what its tunnels carried less what is told of it. */
function untold(
  tunnels: readonly Kept<Tunnel>[],
  told: readonly Kept<Tunnel>[],
  rim: Rim,
  amount: Amount,
): Part[] {
  const left = new Map<string, Part>();
  const add = (row: Tunnel, value: number): void => {
    const [from, to] = rim.ends(row);
    const key = `${from}|${to}`;
    left.set(key, [from, to, (left.get(key)?.[2] ?? 0) + value]);
  };
  for (const { row } of tunnels) add(row, amount(row));
  for (const { row } of told) add(row, -amount(row));
  // Differences of rates carry rounding errors; less than half a packet or byte is one.
  const least = amount({ packets: 0.5, bytes: 0.5, inner_bytes: 0.5 });
  return [...left.values()].filter(([, , value]) => value > least);
}

/** Notes that a place is added up, and says in which one. */
function merge(merged: Map<string, Set<string>>, end: string, place?: string): string {
  if (end === OTHER || end === FIRST || end === GROUPS) return end;
  const before = merged.get(end) ?? new Set();
  merged.set(end, place === undefined ? before : before.add(place));
  return othersKey(end);
}

function placeOf(
  row: Tunnel | Flow,
  side: Side,
  rim: string,
  { of, names }: Pick<Inside, "of" | "names">,
): Place {
  const peer = side === "src" ? row.outer_src : row.outer_dst;
  const own = { rim, peer, vni: row.vni, merged: 1 };
  if (of === "parts" || !("inner_src" in row)) {
    const kind = isGroup(peer) ? "groups" : "part";
    const name = names.get(peer) ?? "";
    return { ...own, key: partKey(peer, row.encap, row.vni), address: peer, name, kind };
  }
  const address = side === "src" ? row.inner_src : row.inner_dst;
  const key = endpointKey(peer, row.encap, row.vni, address);
  return { ...own, key, address, name: names.get(address) ?? "", kind: "endpoint" };
}

/** The places shown apart: the biggest by weight, none behind what is added up itself. */
function biggest(
  told: readonly Kept<Tunnel | Flow>[],
  rim: Rim,
  choice: Inside,
): Map<string, Place> {
  const { opened, top } = choice;
  const weights = new Map<string, { place: Place; weight: number }>();
  for (const { row, weight } of told) {
    const ends = rim.ends(row);
    for (const [i, side] of (["src", "dst"] as const).entries()) {
      const end = ends[i] ?? OTHER;
      if (!opened.has(end) || end === OTHER || end === FIRST || end === GROUPS) continue;
      const place = placeOf(row, side, end, choice);
      weights.set(place.key, { place, weight: (weights.get(place.key)?.weight ?? 0) + weight });
    }
  }
  const ranked = [...weights.values()].sort((a, b) => b.weight - a.weight).slice(0, top);
  return new Map(ranked.map(({ place }) => [place.key, place]));
}

/** Inside each arc by address, then network; "other" is last. */
function inCircleOrder(
  rim: Rim,
  opened: ReadonlySet<string>,
  shown: readonly Place[],
  merged: ReadonlyMap<string, ReadonlySet<string>>,
): Place[] {
  return rim.places.flatMap((place) => {
    if (!opened.has(place.key) || place.kind === "other" || place.kind === "first") return [place];
    const own = shown
      .filter(({ rim: around }) => around === place.key)
      .sort((a, b) => compareAddresses(a.address, b.address) || (a.vni ?? -1) - (b.vni ?? -1));
    const rest = merged.get(place.key);
    if (rest !== undefined) return [...own, otherPlace(place.key, rest.size)];
    return own.length > 0 ? own : [place];
  });
}
