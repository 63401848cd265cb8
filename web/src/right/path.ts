/** The encapsulation path of a subject: the layers from the outside in, one line per kind. */
import { pathChips, type PathChip } from "../encaps";
import { innerOf, type Subject } from "../subject";
import type { Traffic } from "../traffic";

const MOST = 3;

export function pathOf({ drain, flows }: Traffic, { rows, things }: Subject): PathChip[][] {
  const lines = new Map<string, PathChip[]>();
  const peers = new Set(things.map(({ peer }) => peer));
  // Tunnels do not tell what is inside; the flows of the same peers do.
  const told = flows.filter((row) => peers.has(row.outer_src) || peers.has(row.outer_dst));
  for (const row of told.length > 0 ? told : rows) {
    const ports = drain.status.ports.get(row.encap) ?? [];
    const inner = innerOf(row, "src");
    if (inner === "" && told.length > 0) continue;
    const chips = pathChips(row.encap, row.outer_src, inner, ports);
    lines.set(chips.map(({ text }) => text).join(" "), chips);
    if (lines.size === MOST) break;
  }
  return [...lines.values()];
}
