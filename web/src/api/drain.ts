/** The live stream: one event for each drain (docs/reference/api.md), checked. */
import {
  amount,
  listOf,
  mapOf,
  number,
  oneOf,
  orNull,
  record,
  ReplyError,
  shape,
  table,
  text,
  type Decoder,
} from "../decode";
import type { Counts } from "../amounts";
import { grown, type Grown } from "./growth";
import { ledgerRow, type LedgerRow } from "./ledger";
import { status, type Status } from "./status";

export type WindowName = "last" | "total" | "span";

/**
 * One (encap, vni, outer_src, outer_dst) and what it carried in the window. Without addresses
 * it is what found no room in any table.
 */
export interface Tunnel extends Counts {
  readonly encap: string;
  readonly vni: number | null;
  readonly outer_src: string;
  readonly outer_dst: string;
}

/** One direction between two endpoints; "" for no inner IP header, or counted by tunnel. */
export interface Flow extends Tunnel {
  readonly inner_src: string;
  readonly inner_dst: string;
}

/** What a reply left out. */
export type Rest = Counts;

export interface Segment extends Counts {
  readonly encap: string;
  readonly vni: number | null;
  readonly peers: number;
  readonly endpoints: number;
  readonly tunnels: number;
}

/** Who sent how much in one drain: `peers[i]` sent `bytes[i]`. */
export interface Senders {
  readonly peers: readonly string[];
  readonly packets: readonly number[];
  readonly bytes: readonly number[];
}

/** One event of the live stream: a whole drain, standing alone. */
export interface Drain {
  readonly time: number;
  readonly interval_s: number;
  readonly drains: number;
  readonly window: WindowName;
  /** What was added up, in seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Seconds that the window lasts: `bytes / elapsed_s` is a rate. */
  readonly elapsed_s: number;
  readonly tunnels: readonly Tunnel[];
  /** How many tunnels there are beside those, and what they add up to. */
  readonly tunnels_left: number;
  readonly other_tunnels: Rest;
  readonly flows: readonly Flow[];
  /** All that was tunnelled, whatever the filter. */
  readonly all: Rest;
  readonly culprit: Grown | null;
  /** Of the addresses in it, as far as they are known. */
  readonly names: ReadonlyMap<string, string>;
  readonly senders: Senders;
  readonly segments: readonly Segment[];
  /** What more segments than fit in an event add up to. */
  readonly segments_other: Rest;
  readonly ledger: readonly LedgerRow[];
  readonly status: Status;
}

const counts = { packets: amount, bytes: amount, inner_bytes: amount };
const rest: Decoder<Rest> = shape<Rest>(counts);

const segment: Decoder<Segment> = shape<Segment>({
  encap: text,
  vni: orNull(number),
  peers: number,
  endpoints: number,
  tunnels: number,
  ...counts,
});

const senders: Decoder<Senders> = shape<Senders>({
  peers: listOf(text),
  packets: listOf(amount),
  bytes: listOf(amount),
});

const drainHead = shape({
  time: number,
  interval_s: number,
  drains: number,
  window: oneOf("last", "total", "span"),
  from: number,
  to: number,
  elapsed_s: number,
  all: rest,
  culprit: orNull(grown),
  names: mapOf(text),
  senders,
  segments: listOf(segment),
  segments_other: rest,
  ledger: listOf(ledgerRow),
  status,
});

/**
 * The data of one `drain` event.
 *
 * @throws ReplyError naming the first member that is not as documented.
 */
export function readDrain(value: unknown): Drain {
  const object = record(value, "live");
  const address = addressReader(listOf(text)(object.addresses, "live.addresses"));
  const { other } = record(object.tunnels, "live.tunnels");
  return {
    ...drainHead(value, "live"),
    tunnels: table(object.tunnels, "live.tunnels", (cell) => readTunnel(cell, address)),
    tunnels_left: number(record(other, "live.tunnels.other").tunnels, "live.tunnels.other.tunnels"),
    other_tunnels: rest(other, "live.tunnels.other"),
    flows: table(object.flows, "live.flows", (cell) => ({
      ...readTunnel(cell, address),
      inner_src: cell("inner_src", address),
      inner_dst: cell("inner_dst", address),
    })),
  };
}

function readTunnel(
  cell: <T>(name: string, inner: Decoder<T>) => T,
  address: Decoder<string>,
): Tunnel {
  return {
    encap: cell("encap", text),
    vni: cell("vni", orNull(number)),
    outer_src: cell("outer_src", address),
    outer_dst: cell("outer_dst", address),
    packets: cell("packets", amount),
    bytes: cell("bytes", amount),
    inner_bytes: cell("inner_bytes", amount),
  };
}

/** Reads a place in the event's list of addresses; -1 is no address. */
function addressReader(addresses: readonly string[]): Decoder<string> {
  return (value, at) => {
    const place = number(value, at);
    if (place === -1) return "";
    const address = addresses[place];
    if (address === undefined) throw new ReplyError(`${at}: no address at place ${String(place)}`);
    return address;
  };
}
