/** The rim of the circle: peers in the order of their addresses, or networks in that of their numbers. */
import type { Amount } from "./amounts";
import { compareAddresses, isGroup } from "./address";
import type { Tunnel } from "./api/drain";
import { Grid, otherPlace, type Matrix, type Place } from "./matrix";
import type { Kept } from "./roster";
import type { Grouping } from "./state";
import { FIRST, GROUPS, networkKey, OTHER } from "./things";

/** The keys of a row's two ends on the rim, whether they have a place there or not. */
export type Ends = (row: Tunnel) => readonly [from: string, to: string];

export interface RimChoice {
  readonly grouping: Grouping;
  /** Most places shown apart; one more is shown rather than added up alone. */
  readonly top: number;
  /** The biggest that are set aside. */
  readonly below: number;
  /** Always shown, however small. */
  readonly always: readonly string[];
  readonly names: ReadonlyMap<string, string>;
}

export interface Rim {
  readonly places: readonly Place[];
  /** Where a row's ends are; "other" for those without a place of their own. */
  readonly ends: Ends;
  /** Rows that belong to this circle: not those between two that are set aside. */
  readonly rows: readonly Kept<Tunnel>[];
}

/** @param rest whether something stands in no row. */
export function rimOf(tunnels: readonly Kept<Tunnel>[], choice: RimChoice, rest: boolean): Rim {
  const raw = choice.grouping === "vni" ? networkEnds : peerEnds;
  const ranked = rankedKeys(tunnels, raw, choice.always);
  const aside = new Set(ranked.slice(0, choice.below));
  const left = ranked.slice(choice.below);
  const shown = left.slice(0, left.length === choice.top + 1 ? choice.top + 1 : choice.top);
  const known = new Set(shown);
  const at = (key: string): string => {
    if (known.has(key) || key === GROUPS) return key;
    return aside.has(key) ? FIRST : OTHER;
  };
  const ends: Ends = (row) => {
    const [from, to] = raw(row);
    return [at(from), at(to)];
  };
  const rows =
    aside.size === 0
      ? tunnels
      : tunnels.filter(({ row }) => ends(row).some((end) => end !== FIRST));
  const places = shown.sort(inOrder).map((key) => placeOf(key, choice.names));
  const groups = groupsIn(rows);
  if (choice.grouping === "peer" && groups > 0) places.push(groupsPlace(groups));
  if (aside.size > 0) places.push(firstPlace(aside.size));
  const others = left.length - shown.length;
  if (others > 0 || rest) places.push(otherPlace(OTHER, others));
  return { places, ends, rows };
}

/** @param rest what stands in no row, sent from unknown to unknown; 0 for nothing. */
export function rimMatrix({ places, ends, rows }: Rim, amount: Amount, rest: number): Matrix {
  const grid = new Grid(places);
  for (const { row } of rows) grid.add(...ends(row), amount(row));
  if (rest > 0) grid.add(OTHER, OTHER, rest);
  return grid.matrix();
}

function peerEnds({ outer_src, outer_dst }: Tunnel): readonly [string, string] {
  return [isGroup(outer_src) ? GROUPS : outer_src, isGroup(outer_dst) ? GROUPS : outer_dst];
}

function networkEnds({ vni }: Tunnel): readonly [string, string] {
  const key = networkKey(vni);
  return [key, key];
}

/** All keys by weight, those always shown first. */
function rankedKeys(
  tunnels: readonly Kept<Tunnel>[],
  ends: Ends,
  always: readonly string[],
): string[] {
  const weights = new Map<string, number>(always.map((key) => [key, 0]));
  const add = (key: string, weight: number): void => {
    if (key !== GROUPS) weights.set(key, (weights.get(key) ?? 0) + weight);
  };
  for (const { row, weight } of tunnels) {
    const [from, to] = ends(row);
    add(from, weight);
    if (to !== from) add(to, weight);
  }
  const first = (key: string): number => Number(always.includes(key));
  return [...weights]
    .sort(([a, x], [b, y]) => first(b) - first(a) || y - x || inOrder(a, b))
    .map(([key]) => key);
}

function inOrder(left: string, right: string): number {
  const [a, b] = [networkNumber(left), networkNumber(right)];
  return a !== null && b !== null ? a - b : compareAddresses(left, right);
}

/** Networks without a number are last. */
function networkNumber(key: string): number | null {
  if (!key.startsWith("vni:")) return null;
  const number = key.slice(4);
  return number === "none" ? Infinity : Number(number);
}

function placeOf(key: string, names: ReadonlyMap<string, string>): Place {
  const number = networkNumber(key);
  const own = { key, rim: key, merged: 1 };
  if (number === null) {
    const name = names.get(key) ?? "";
    return { ...own, peer: key, address: key, name, kind: "peer", vni: null };
  }
  const vni = Number.isFinite(number) ? number : null;
  return { ...own, peer: "", address: "", name: "", kind: "network", vni };
}

function groupsIn(tunnels: readonly Kept<Tunnel>[]): number {
  const groups = tunnels.flatMap(({ row }) => [row.outer_src, row.outer_dst].filter(isGroup));
  return new Set(groups).size;
}

function groupsPlace(merged: number): Place {
  const own = { key: GROUPS, rim: GROUPS, peer: "", address: "", name: "", vni: null };
  return { ...own, kind: "groups", merged };
}

function firstPlace(merged: number): Place {
  return {
    key: FIRST,
    rim: FIRST,
    peer: "",
    address: "",
    name: "",
    kind: "first",
    vni: null,
    merged,
  };
}
