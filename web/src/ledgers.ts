/** The ledger as one account: every packet in exactly one place, and whether that is all. */
import type { LedgerRow, Tally } from "./api/ledger";

export interface Account {
  /** Packets in a flow; those counted by tunnel alone are in `reasons`. */
  readonly flow: bigint;
  readonly notTunneled: bigint;
  /** All other outcomes that are not zero, biggest first. */
  readonly reasons: readonly (readonly [name: string, packets: bigint])[];
  readonly seen: Tally;
  /** Packets that were tunnelled: in a flow or counted by tunnel. */
  readonly tunneled: bigint;
  /** The interfaces' own count; null once one is gone. */
  readonly device: bigint | null;
  /** In what the interfaces count. */
  readonly counts: "packets" | "buffers" | "mixed";
  /** Device less seen; null once an interface is gone. */
  readonly residual: bigint | null;
  /** Where the two disagree, also where the differences would cancel each other. */
  readonly differences: readonly Difference[];
}

/** One direction of one interface, in what it counts. */
export interface Difference {
  readonly where: string;
  readonly seen: bigint;
  readonly device: bigint;
}

/** All interfaces and directions added up. */
export function account(rows: readonly LedgerRow[]): Account {
  const outcomes = new Map<string, bigint>();
  for (const row of rows) {
    for (const [name, { packets }] of row.outcomes) {
      outcomes.set(name, (outcomes.get(name) ?? 0n) + packets);
    }
  }
  const flow = outcomes.get("flow") ?? 0n;
  const reasons = [...outcomes].filter(
    ([name, packets]) => name !== "flow" && name !== "not_tunneled" && packets > 0n,
  );
  const devices = rows.map((row) => row.device);
  const units = new Set(devices.flatMap((device) => (device ? [device.counts] : [])));
  return {
    flow,
    notTunneled: outcomes.get("not_tunneled") ?? 0n,
    reasons: reasons.sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0)),
    seen: rows.reduce((total, row) => added(total, row.seen), NO_TALLY),
    tunneled: flow + (outcomes.get("overflow") ?? 0n),
    device: total(devices.map((device) => device?.packets)),
    counts: units.size > 1 ? "mixed" : units.has("buffers") ? "buffers" : "packets",
    residual: total(rows.map((row) => row.residual?.packets)),
    differences: rows.flatMap(differenceOf),
  };
}

function differenceOf({ interface: name, direction, device, residual }: LedgerRow): Difference[] {
  if (!device || !residual || residual.packets === 0n) return [];
  const where = `${name} ${direction ?? ""}`.trim();
  return [{ where, seen: device.packets - residual.packets, device: device.packets }];
}

const NO_TALLY: Tally = { packets: 0n, bytes: 0n, buffers: 0n, buffer_bytes: 0n };

function added(left: Tally, right: Tally): Tally {
  return {
    packets: left.packets + right.packets,
    bytes: left.bytes + right.bytes,
    buffers: left.buffers + right.buffers,
    buffer_bytes: left.buffer_bytes + right.buffer_bytes,
  };
}

/** Null where one part is missing: a sum of the others would mislead. */
function total(parts: readonly (bigint | undefined)[]): bigint | null {
  let sum = 0n;
  for (const part of parts) {
    if (part === undefined) return null;
    sum += part;
  }
  return sum;
}

const OUTCOME_NAMES: ReadonlyMap<string, string> = new Map([
  ["flow", "in a flow"],
  ["not_tunneled", "not tunnelled"],
  ["overflow", "by tunnel only"],
]);

/** An outcome's name as people read it. */
export function outcomeName(name: string): string {
  return OUTCOME_NAMES.get(name) ?? name.replaceAll("_", " ");
}
