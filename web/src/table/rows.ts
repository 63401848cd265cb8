/** What the table lists: flows, or what they add up to. */
import type { Counts } from "../amounts";
import type { Flow, Tunnel } from "../api/drain";
import { compareAddresses } from "../address";
import { endpointKey, networkKey, pairKey } from "../things";

/** `flows`: each direction between two endpoints; the others add up all of one kind. */
export const ROW_KINDS = ["flows", "tunnels", "peers", "networks"] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** One line. What its kind does not keep apart is null. */
export interface Row extends Counts {
  readonly encap: string | null;
  readonly vni: number | null;
  readonly outer_src: string | null;
  readonly outer_dst: string | null;
  /** "" where there is no inner IP header, or a full table counted by tunnel only. */
  readonly inner_src: string | null;
  readonly inner_dst: string | null;
}

/** By what lines are sorted: a column of a row. */
export const SORTS = [
  "bytes",
  "inner_bytes",
  "packets",
  "outer_src",
  "outer_dst",
  "inner_src",
  "inner_dst",
  "vni",
  "encap",
] as const;
export type Sort = (typeof SORTS)[number];

export interface Order {
  readonly sort: Sort;
  readonly descending: boolean;
}

/** "-bytes" for the largest first. */
export function orderText({ sort, descending }: Order): string {
  return descending ? `-${sort}` : sort;
}

export function readOrder(text: string): Order | null {
  const sort = SORTS.find((name) => name === text.replace(/^-/, ""));
  return sort === undefined ? null : { sort, descending: text.startsWith("-") };
}

/** Names the same line in each answer. */
export function rowKey(row: Row): string {
  const { encap, vni, outer_src, outer_dst, inner_src, inner_dst } = row;
  return [encap, vni, outer_src, outer_dst, inner_src, inner_dst].map(String).join("/");
}

/** What the line is for the whole page: a pair of things, or one; see things.ts. */
export function thingKey({ encap, vni, outer_src, outer_dst, inner_src, inner_dst }: Row): string {
  if (outer_src === null) return networkKey(vni);
  if (outer_dst === null || outer_dst === "") return outer_src;
  const end = (outer: string, inner: string | null): string =>
    inner === null ? outer : endpointKey(outer, encap ?? "", vni, inner);
  const [from, to] = [end(outer_src, inner_src), end(outer_dst, inner_dst)];
  const isFirst = compareAddresses(outer_src, outer_dst) <= 0;
  return isFirst ? pairKey(from, to) : pairKey(to, from);
}

/** One end of a line: the peer, or the endpoint behind it; null where there is none. */
export function endKey(row: Row, side: "src" | "dst", inner: boolean): string | null {
  const [outer, address] =
    side === "src" ? [row.outer_src, row.inner_src] : [row.outer_dst, row.inner_dst];
  if (outer === null || outer === "") return null;
  return inner ? endpointKey(outer, row.encap ?? "", row.vni, address ?? "") : outer;
}

/** Flows as lines of a kind. */
export function grouped(rows: readonly (Tunnel | Flow)[], kind: RowKind): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const line = lineOf(row, kind);
    const key = rowKey(line);
    const before = sums.get(key);
    sums.set(key, before === undefined ? line : added(before, line));
  }
  return [...sums.values()];
}

export function ordered(rows: readonly Row[], { sort, descending }: Order): Row[] {
  const sign = descending ? -1 : 1;
  const compare = comparing(sort);
  return [...rows].sort((a, b) => sign * compare(a, b) || (rowKey(a) < rowKey(b) ? -1 : 1));
}

function comparing(sort: Sort): (a: Row, b: Row) => number {
  switch (sort) {
    case "bytes":
    case "inner_bytes":
    case "packets":
      return (a, b) => a[sort] - b[sort];
    case "vni":
      return (a, b) => (a.vni ?? -1) - (b.vni ?? -1);
    case "encap":
      return (a, b) => (a.encap ?? "").localeCompare(b.encap ?? "", "en");
    default:
      return (a, b) => compareAddresses(a[sort] ?? "", b[sort] ?? "");
  }
}

function lineOf(row: Tunnel | Flow, kind: RowKind): Row {
  const { packets, bytes, inner_bytes, encap, vni, outer_src, outer_dst } = row;
  const none = { encap: null, vni: null, outer_src: null, outer_dst: null };
  const inner = { inner_src: null, inner_dst: null };
  const counts = { packets, bytes, inner_bytes };
  switch (kind) {
    case "flows": {
      const [inner_src, inner_dst] = "inner_src" in row ? [row.inner_src, row.inner_dst] : ["", ""];
      return { encap, vni, outer_src, outer_dst, inner_src, inner_dst, ...counts };
    }
    case "tunnels":
      return { encap, vni, outer_src, outer_dst, ...inner, ...counts };
    case "peers":
      return { ...none, outer_src, ...inner, ...counts };
    case "networks":
      return { ...none, encap, vni, ...inner, ...counts };
  }
}

function added(a: Row, b: Row): Row {
  return {
    ...a,
    packets: a.packets + b.packets,
    bytes: a.bytes + b.bytes,
    inner_bytes: a.inner_bytes + b.inner_bytes,
  };
}
