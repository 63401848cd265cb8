/** How the monitor is (docs/reference/api.md), checked. */
import {
  amount,
  flag,
  listOf,
  mapOf,
  number,
  oneOf,
  orNull,
  shape,
  text,
  type Decoder,
} from "../decode";

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

export const status: Decoder<Status> = shape<Status>({
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
