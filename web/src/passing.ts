/** The rows that pass the filter: as the server sent them, or from those that are held. */
import { NO_COUNTS } from "./amounts";
import type { Flow, Tunnel } from "./api/drain";
import { wordsOf } from "./filter/edit";
import { judge, needsFlows, readFilter, type Setting } from "./filter/match";
import { tunnelKey, type Kept } from "./roster";
import type { Snapshot } from "./snapshot";

export interface Passing {
  readonly tunnels: readonly Kept<Tunnel>[];
  readonly flows: readonly Kept<Flow>[];
  /** Whether the server chose them, so that what it left out passes too. */
  readonly isWhole: boolean;
}

/**
 * While another filter is on its way to the server, or while paused, the rows that are held have
 * to do. Where tunnels do not tell enough, they are added up from the flows that are known.
 */
/**
 * Whether the rows that are held tell all of a filter: the server chose them by it, or by fewer
 * of its conditions, and tunnels are enough to judge the others.
 */
export function tellsAll(snapshot: Snapshot, filter: string): boolean {
  const { asked } = snapshot;
  if (asked.filter === filter) return true;
  const words = wordsOf(filter);
  const isNarrower = wordsOf(asked.filter).every((word) => words.includes(word));
  return isNarrower && !needsFlows(readFilter(filter));
}

export function passing(snapshot: Snapshot, filter: string): Passing {
  const tunnels = [...snapshot.tunnels.values()];
  const flows = [...snapshot.flows.values()];
  if (snapshot.asked.filter === filter) return { tunnels, flows, isWhole: true };
  const node = readFilter(filter);
  const setting: Setting = {
    elapsed_s: snapshot.drain.elapsed_s,
    nameOf: (address) => snapshot.drain.names.get(address) ?? null,
  };
  const passes = ({ row }: Kept<Tunnel>): boolean => judge(node, row, setting) === true;
  const told = flows.filter(passes);
  const outer = needsFlows(node) ? addedUp(told) : tunnels.filter(passes);
  return { tunnels: outer, flows: told, isWhole: false };
}

function addedUp(flows: readonly Kept<Flow>[]): Kept<Tunnel>[] {
  const sums = new Map<string, Kept<Tunnel>>();
  for (const { row, weight } of flows) {
    const key = tunnelKey(row);
    const before = sums.get(key) ?? { row: { ...row, ...NO_COUNTS }, weight: 0 };
    sums.set(key, {
      weight: before.weight + weight,
      row: {
        ...before.row,
        packets: before.row.packets + row.packets,
        bytes: before.row.bytes + row.bytes,
        inner_bytes: before.row.inner_bytes + row.inner_bytes,
      },
    });
  }
  return [...sums.values()];
}
