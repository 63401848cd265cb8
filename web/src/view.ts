/** One snapshot and one selection: all the numbers that the page shows of them. */
import { amountIn, sum, type Amount } from "./amounts";
import type { Drain, Flow, Tunnel } from "./api";
import { compareAddresses } from "./address";
import { endpointMatrix } from "./endpoints";
import type { Measure } from "./format";
import { peerMatrix, type Matrix } from "./matrix";
import type { Kept, Roster } from "./roster";
import type { Snapshot } from "./snapshot";
import { showsVni, type Selection } from "./state";

/** Peers and endpoints drawn apart; the rest is "other". */
const TOP_PEERS = 20;
const TOP_ENDPOINTS = 60;

/** What somebody sends and receives, in the measure's unit. */
export interface Exchange {
  readonly address: string;
  readonly sent: number;
  readonly received: number;
}

/** An endpoint behind the chosen peer. */
export interface EndpointExchange extends Exchange {
  readonly key: string;
  readonly vni: number | null;
}

export interface View {
  readonly drain: Drain;
  readonly measure: Measure;
  readonly amount: Amount;
  readonly peers: Matrix;
  /** While a peer is open; else null. */
  readonly endpoints: Matrix | null;
  /** Rows of the chosen virtual network and peer. */
  readonly tunnels: readonly Tunnel[];
  readonly flows: readonly Flow[];
  /** All peers in the rows, biggest first. */
  readonly talkers: readonly Exchange[];
  /** The chosen peer's partners with what it sends to and receives from each, biggest first. */
  readonly partners: readonly Exchange[];
  readonly behind: readonly EndpointExchange[];
  /** What all rows add up to, those too that the reply left out. */
  readonly total: number;
  /** The same for all networks and peers, whatever is chosen. */
  readonly all: number;
}

export function viewOf(snapshot: Snapshot, selection: Selection): View {
  const { drain } = snapshot;
  const measure: Measure = { unit: selection.unit, window: drain.window };
  const amount = amountIn(measure, drain.elapsed_s);
  const all = chosen(snapshot.tunnels, selection);
  const tunnels = all.filter(({ row }) => row.outer_src !== "");
  const unfiltered = selection.peer === null && selection.vni === null;
  const nameless = all.filter(({ row }) => row.outer_src === "").map(({ row }) => amount(row));
  const rest = sum(nameless) + (unfiltered ? amount(drain.other_tunnels) : 0);
  const flows = chosen(snapshot.flows, selection);
  const peers = peerMatrix(tunnels, amount, { top: TOP_PEERS, always: selection.peer, rest });
  const rows = tunnels.map(({ row }) => row);
  return {
    drain,
    measure,
    amount,
    peers,
    endpoints:
      selection.peer === null ? null : endpointMatrix(peers, tunnels, flows, amount, TOP_ENDPOINTS),
    tunnels: rows,
    flows: flows.map(({ row }) => row),
    talkers: exchanges(rows, amount, null),
    partners: selection.peer === null ? [] : exchanges(rows, amount, selection.peer),
    behind: selection.peer === null ? [] : behind(flows, selection.peer, amount),
    total: sum(rows.map(amount)) + rest,
    all: sum(drain.segments.map(amount)) + amount(drain.segments_other),
  };
}

/** The exchange of one peer; zeros where it has no rows. */
export function exchangeOf(view: View, peer: string): Exchange {
  const found = view.talkers.find(({ address }) => address === peer);
  return found ?? { address: peer, sent: 0, received: 0 };
}

function chosen<T extends Tunnel>(roster: Roster<T>, { peer, vni }: Selection): Kept<T>[] {
  return [...roster.values()].filter(
    ({ row }) =>
      showsVni(vni, row.vni) && (peer === null || row.outer_src === peer || row.outer_dst === peer),
  );
}

/** Who sends and receives how much; with `seenFrom`, its partners as that peer sees them. */
function exchanges(
  rows: readonly Tunnel[],
  amount: Amount,
  seenFrom: string | null,
): readonly Exchange[] {
  const sums = new Map<string, { sent: number; received: number }>();
  const entry = (address: string): { sent: number; received: number } => {
    const found = sums.get(address) ?? { sent: 0, received: 0 };
    sums.set(address, found);
    return found;
  };
  for (const row of rows) {
    const value = amount(row);
    if (seenFrom === null) {
      entry(row.outer_src).sent += value;
      entry(row.outer_dst).received += value;
    } else if (row.outer_src === seenFrom) {
      entry(row.outer_dst).sent += value;
    } else {
      entry(row.outer_src).received += value;
    }
  }
  return [...sums].map(([address, both]) => ({ address, ...both })).sort(biggestFirst);
}

function behind(flows: readonly Kept<Flow>[], peer: string, amount: Amount): EndpointExchange[] {
  const sums = new Map<string, EndpointExchange>();
  const add = (row: Flow, address: string, sent: number, received: number): void => {
    const key = `${row.encap}:${String(row.vni)}/${address}`;
    const before = sums.get(key);
    sums.set(key, {
      key,
      address,
      vni: row.vni,
      sent: (before?.sent ?? 0) + sent,
      received: (before?.received ?? 0) + received,
    });
  };
  for (const { row } of flows) {
    if (row.outer_src === peer) add(row, row.inner_src, amount(row), 0);
    if (row.outer_dst === peer) add(row, row.inner_dst, 0, amount(row));
  }
  return [...sums.values()].sort(biggestFirst);
}

function biggestFirst(left: Exchange, right: Exchange): number {
  const size = ({ sent, received }: Exchange): number => sent + received;
  return size(right) - size(left) || compareAddresses(left.address, right.address);
}
