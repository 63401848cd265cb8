/** The replies of the API (docs/reference/api.md), checked: `unknown` in, types out. */
import {
  amount,
  count,
  flag,
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
} from "./decode";
import type { Counts } from "./amounts";

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

/** Exact counts of the ledger: packets on the wire, and the buffers they came in. */
export interface Tally {
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly buffers: bigint;
  readonly buffer_bytes: bigint;
}

export interface LedgerRow {
  readonly interface: string;
  /** Null for captures, which know of none. */
  readonly direction: string | null;
  readonly outcomes: ReadonlyMap<string, Tally>;
  readonly seen: Tally;
  readonly device: { readonly packets: bigint; readonly counts: string } | null;
  readonly residual: { readonly packets: bigint } | null;
}

export interface WatchedInterface {
  readonly name: string;
  readonly attach: string;
  readonly namespace: string | null;
  readonly present: boolean;
}

/** A UDP port that is read as a tunnel's, because it was set, a device of the host uses it, or by default. */
export interface PortOrigin {
  readonly port: number;
  readonly encap: string;
  readonly origin: "setting" | "device" | "default";
  /** The oldest tunnel device of the host that uses it. */
  readonly device: string | null;
}

/** A port that devices of the host use for something else than what it is read as, if it is read. */
export interface MisreadPort {
  readonly port: number;
  readonly kind: string;
  readonly device: string;
  readonly read_as: string | null;
}

export interface Status {
  readonly version: string;
  readonly host: string;
  readonly started: number;
  readonly interval_s: number;
  readonly drains: number;
  /** `gone`: no watched interface is left; `file`: captures are shown, and nothing follows. */
  readonly state: "live" | "gone" | "file";
  readonly interfaces: readonly WatchedInterface[];
  readonly ports: ReadonlyMap<string, readonly number[]>;
  readonly port_origins: readonly PortOrigin[];
  readonly misread_ports: readonly MisreadPort[];
  readonly memory_bytes: number;
  readonly cpu_share: number;
  /** What the programs in the kernel took in the last interval; null where nobody measures it. */
  readonly own_cost: { readonly ns_per_packet: number | null; readonly cpu_share: number } | null;
  readonly tunnels: number;
  readonly segments: number;
  readonly peers: number;
  readonly endpoints: number;
  readonly lab: { readonly hosts: number } | null;
  readonly findings: { readonly open: number; readonly number: number };
  readonly capture: { readonly files: readonly string[] } | null;
}

/** The endpoint that grew most, and made most of all growth. */
export interface Grown {
  readonly encap: string;
  readonly vni: number | null;
  readonly outer_src: string;
  readonly inner_src: string;
  /** Where most of it goes; "" if that is no single endpoint. */
  readonly outer_dst: string;
  readonly inner_dst: string;
  /** Bits and packets a second more than before. */
  readonly more_bps: number;
  readonly more_pps: number;
  /** Its part of all growth, 0 to 1. */
  readonly share: number;
  readonly from: number;
  readonly to: number;
  readonly before_from: number;
  readonly before_to: number;
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

/** The last minutes: `bytes[p][i]` left peer `p` in the drain at `times[i]`. */
export interface Timeline {
  readonly times: readonly number[];
  /** How long each drain collected. */
  readonly elapsed_s: readonly number[];
  readonly peers: readonly string[];
  readonly packets: readonly (readonly number[])[];
  readonly bytes: readonly (readonly number[])[];
}

const counts = { packets: amount, bytes: amount, inner_bytes: amount };
const rest: Decoder<Rest> = shape<Rest>(counts);

const grown: Decoder<Grown> = shape<Grown>({
  encap: text,
  vni: orNull(number),
  outer_src: text,
  inner_src: text,
  outer_dst: text,
  inner_dst: text,
  more_bps: number,
  more_pps: number,
  share: number,
  from: number,
  to: number,
  before_from: number,
  before_to: number,
});

const segment: Decoder<Segment> = shape<Segment>({
  encap: text,
  vni: orNull(number),
  peers: number,
  endpoints: number,
  tunnels: number,
  ...counts,
});

const tally: Decoder<Tally> = shape<Tally>({
  packets: count,
  bytes: count,
  buffers: count,
  buffer_bytes: count,
});

const ledgerRow: Decoder<LedgerRow> = shape<LedgerRow>({
  interface: text,
  direction: orNull(text),
  outcomes: mapOf(tally),
  seen: tally,
  device: orNull(shape({ packets: count, counts: text })),
  residual: orNull(shape({ packets: count })),
});

const senders: Decoder<Senders> = shape<Senders>({
  peers: listOf(text),
  packets: listOf(amount),
  bytes: listOf(amount),
});

const status: Decoder<Status> = shape<Status>({
  version: text,
  host: text,
  started: number,
  interval_s: number,
  drains: number,
  state: oneOf("live", "gone", "file"),
  interfaces: listOf(
    shape<WatchedInterface>({
      name: text,
      attach: text,
      namespace: orNull(text),
      present: flag,
    }),
  ),
  ports: mapOf(listOf(number)),
  port_origins: listOf(
    shape<PortOrigin>({
      port: number,
      encap: text,
      origin: oneOf("setting", "device", "default"),
      device: orNull(text),
    }),
  ),
  misread_ports: listOf(
    shape<MisreadPort>({ port: number, kind: text, device: text, read_as: orNull(text) }),
  ),
  memory_bytes: amount,
  cpu_share: number,
  own_cost: orNull(shape({ ns_per_packet: orNull(number), cpu_share: number })),
  tunnels: number,
  segments: number,
  peers: number,
  endpoints: number,
  lab: orNull(shape({ hosts: number })),
  findings: shape({ open: number, number }),
  capture: orNull(shape({ files: listOf(text) })),
});

const timeline: Decoder<Timeline> = shape<Timeline>({
  times: listOf(number),
  elapsed_s: listOf(number),
  peers: listOf(text),
  packets: listOf(listOf(amount)),
  bytes: listOf(listOf(amount)),
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

/**
 * The culprit of a reply of `growth`.
 *
 * @throws ReplyError likewise.
 */
export function readCulprit(value: unknown): Grown | null {
  return orNull(grown)(record(value, "growth").culprit, "growth.culprit");
}

/** @throws ReplyError naming the first member that is not as documented. */
export function readTimeline(value: unknown): Timeline {
  return timeline(value, "timeline");
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
