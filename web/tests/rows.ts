/** Rows and whole events for the tests, by what matters in them. */
import type { Flow, Tunnel } from "../src/api/drain";
import type { Amount } from "../src/amounts";
import { insideMatrix } from "../src/inside";
import type { Matrix } from "../src/matrix";
import { rimOf, type Rim, type RimChoice } from "../src/rim";
import type { Asked } from "../src/live";
import type { Kept } from "../src/roster";

export function peer(n: number): string {
  return `172.16.1.${String(100 + n)}`;
}

export function tunnel(from: number, to: number, bytes: number, vni = 10000): Tunnel {
  return {
    encap: "vxlan",
    vni,
    outer_src: peer(from),
    outer_dst: peer(to),
    packets: Math.ceil(bytes / 1000),
    bytes,
    inner_bytes: bytes - 50 * Math.ceil(bytes / 1000),
  };
}

/** Endpoint n+1 of network s is on host n, as in the lab. */
export function flow(from: number, to: number, bytes: number, s = 0): Flow {
  return {
    ...tunnel(from, to, bytes, 10000 + s),
    inner_src: `192.168.${String(s)}.${String(from + 1)}`,
    inner_dst: `192.168.${String(s)}.${String(to + 1)}`,
  };
}

export function kept<T extends Tunnel>(rows: readonly T[]): Kept<T>[] {
  return rows.map((row) => ({ row, weight: row.bytes }));
}

/** The first example of docs/reference/api.md, as text has it. */
export function event(
  changes: Record<string, unknown> = {},
  statusChanges: Record<string, unknown> = {},
): Record<string, unknown> {
  const tally = { packets: "11", bytes: "5520", buffers: "9", buffer_bytes: "5000" };
  return {
    time: 1763800000.25,
    interval_s: 1,
    drains: 1000,
    window: "last",
    from: 1763799999.25,
    to: 1763800000.25,
    elapsed_s: 1,
    all: { packets: "1", bytes: "604", inner_bytes: "554" },
    culprit: null,
    names: {},
    addresses: ["172.16.1.100", "172.16.1.101", "192.168.0.1", "192.168.0.2"],
    tunnels: {
      columns: ["encap", "vni", "outer_src", "outer_dst", "packets", "bytes", "inner_bytes"],
      rows: [["vxlan", 10000, 0, 1, "1", "604", "554"]],
      other: { tunnels: 0, packets: "0", bytes: "0", inner_bytes: "0" },
    },
    flows: {
      columns: [
        "encap",
        "vni",
        "outer_src",
        "outer_dst",
        "inner_src",
        "inner_dst",
        "packets",
        "bytes",
        "inner_bytes",
      ],
      rows: [["vxlan", 10000, 0, 1, 2, 3, "1", "604", "554"]],
      other: { flows: 0, packets: "0", bytes: "0", inner_bytes: "0" },
    },
    senders: { peers: ["172.16.1.100"], packets: ["1"], bytes: ["604"] },
    segments: [
      {
        encap: "vxlan",
        vni: 10000,
        peers: 2,
        endpoints: 2,
        tunnels: 1,
        packets: "1",
        bytes: "604",
        inner_bytes: "554",
      },
    ],
    segments_other: { segments: 0, packets: "0", bytes: "0", inner_bytes: "0" },
    ledger: [
      {
        interface: "eth0",
        direction: "ingress",
        outcomes: { flow: { ...tally, packets: "9" }, not_tunneled: { ...tally, packets: "2" } },
        seen: tally,
        device: { packets: "9", bytes: "5000", counts: "buffers" },
        residual: { packets: "0", bytes: "0" },
      },
    ],
    status: {
      version: "0.1.0",
      host: "node1",
      time: 1763800000.25,
      started: 1763799000,
      interval_s: 1,
      drains: 1000,
      state: "live",
      interfaces: [
        { name: "eth0", index: 2, attach: "tcx", namespace: "host0", mtu: 1500, present: true },
      ],
      ports: { vxlan: [4789, 8472] },
      port_origins: [
        { port: 4789, encap: "vxlan", origin: "device", device: "vxlan10000", devices: 4 },
      ],
      misread_ports: [{ port: 8472, kind: "geneve", device: "gnv0", devices: 1, read_as: "vxlan" }],
      sinks: [],
      memory_bytes: "61000000",
      cpu_share: 0.004,
      own_cost: null,
      flows: 1,
      tunnels: 1,
      segments: 1,
      peers: 2,
      endpoints: 2,
      forgotten_flows: 0,
      lab: null,
      findings: { open: 0, number: 0 },
      capture: null,
      ...statusChanges,
    },
    ...changes,
  };
}

/** The rim of peers. */
export function peersOf(
  tunnels: readonly Kept<Tunnel>[],
  choice: Partial<RimChoice> = {},
  rest = 0,
): Rim {
  const usual = { grouping: "peer", top: 20, below: 0, always: [], names: new Map() } as const;
  return rimOf(tunnels, { ...usual, ...choice }, rest > 0);
}

/** The endpoints behind all of them, at most `top` apart. */
export function endpointsOf(
  rim: Rim,
  flows: readonly Kept<Flow>[],
  amount: Amount,
  top = 50,
): Matrix {
  const opened = new Set(rim.places.filter(({ kind }) => kind === "peer").map(({ key }) => key));
  return insideMatrix(rim, rim.rows, flows, {
    amount,
    opened,
    of: "endpoints",
    top,
    rest: 0,
    names: new Map(),
  });
}

/** What the first screen asks for. */
export const ASKED: Asked = { window: "last", filter: "", peer: null };
