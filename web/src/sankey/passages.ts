/** The rows of the traffic as what sends, through which network, to whom. */
import { sum, type Amount } from "../amounts";
import type { Flow, Tunnel } from "../api/drain";
import { isGroup } from "../address";
import type { Kept } from "../roster";
import type { Selection } from "../state";
import { endpointKey, GROUPS, OTHER } from "../things";
import { touching } from "../touching";
import type { Traffic } from "../traffic";

/** What one sender sends to one inner address of one virtual network. */
export interface Passage {
  /** Key of who sends: on the rim, or in the overlay an endpoint; "other" for what is added up. */
  readonly sender: string;
  readonly vni: number | null;
  /** Key of the endpoint that receives; null where no row tells it. */
  readonly receiver: string | null;
  /** In the measure's unit. */
  readonly value: number;
  /** What it counts for when the biggest are chosen. */
  readonly weight: number;
  /** The row it is; null for what stands in no row. */
  readonly row: Tunnel | Flow | null;
}

/** In the overlay endpoints send, and not the peers they are behind. */
export function passagesOf(
  { kept, amount, rest, ends }: Pick<Traffic, "kept" | "amount" | "rest" | "ends">,
  selection: Selection,
): Passage[] {
  const { layer, grouping } = selection;
  const peerOf = (row: Tunnel): string => (grouping === "peer" ? ends(row)[0] : row.outer_src);
  const senderOf = (row: Flow): string => {
    const isApart = layer === "overlay" && peerOf(row) === row.outer_src;
    return isApart ? endpointKey(row.outer_src, row.encap, row.vni, row.inner_src) : peerOf(row);
  };
  const told = kept.flows.map(({ row, weight }) => ({
    sender: senderOf(row),
    vni: row.vni,
    receiver: receiverKey(row),
    value: amount(row),
    weight,
    row,
  }));
  const untold = untoldBy(kept.tunnels, kept.flows, amount).map(({ row, value, weight }) => ({
    sender: layer === "overlay" ? OTHER : peerOf(row),
    vni: row.vni,
    receiver: isGroup(row.outer_dst) ? GROUPS : null,
    value,
    weight,
    row,
  }));
  const nameless = { sender: OTHER, vni: null, receiver: null, row: null, weight: 0 };
  return [...told, ...untold, ...(rest > 0 ? [{ ...nameless, value: rest }] : [])];
}

/** Whether a passage has to do with what a key names; both directions of a pair. */
export function touches(key: string): (passage: Passage) => boolean {
  const isTouched = touching(key);
  return ({ row }) => row !== null && isTouched(row);
}

function receiverKey(row: Flow): string {
  if (isGroup(row.outer_dst)) return GROUPS;
  return endpointKey(row.outer_dst, row.encap, row.vni, row.inner_dst);
}

/** Of each tunnel, what its flows do not tell: rows that an event leaves out. */
function untoldBy(
  tunnels: readonly Kept<Tunnel>[],
  flows: readonly Kept<Flow>[],
  amount: Amount,
): { row: Tunnel; value: number; weight: number }[] {
  const told = new Map<string, { value: number; weight: number }>();
  for (const { row, weight } of flows) {
    const before = told.get(tunnelOf(row)) ?? { value: 0, weight: 0 };
    told.set(tunnelOf(row), { value: before.value + amount(row), weight: before.weight + weight });
  }
  // Differences of rates carry rounding errors; less than half a packet or byte is one.
  const least = amount({ packets: 0.5, bytes: 0.5, inner_bytes: 0.5 });
  return tunnels.flatMap(({ row, weight }) => {
    const own = told.get(tunnelOf(row));
    const value = amount(row) - (own?.value ?? 0);
    if (own !== undefined && value <= least) return [];
    return [{ row, value: Math.max(0, value), weight: Math.max(0, weight - (own?.weight ?? 0)) }];
  });
}

function tunnelOf(row: Tunnel): string {
  return `${row.encap}/${String(row.vni)}/${row.outer_src}/${row.outer_dst}`;
}

/** What all passages carry: equal to what is shown. */
export function totalOf(passages: readonly Passage[]): number {
  return sum(passages.map(({ value }) => value));
}
