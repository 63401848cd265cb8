/** The encapsulation path of a subject: the layers from the outside in, one line per kind. */
import { pathChips, type PathChip } from "../encaps";
import { innerOf, type Subject } from "../subject";
import type { Traffic } from "../traffic";
import type { Summary } from "./summary";

const MOST = 3;

export function pathOf(
  { drain, flows }: Traffic,
  { rows, things }: Subject,
  summary: Summary | null,
): PathChip[][] {
  const [first] = rows;
  if (first === undefined) return [];
  // Tunnels do not tell what is inside; the flows of the same peers do.
  const peers = new Set(things.map(({ peer }) => peer));
  const told = flows.find((row) => peers.has(row.outer_src) && row.inner_src !== "");
  const inner = told ? innerOf(told, "src") : "";
  const paths = summary?.paths.map(({ path }) => path.split("/")) ?? [[first.encap]];
  return paths
    .slice(0, MOST)
    .map((encaps) => pathChips(encaps, first.outer_src, inner, drain.status.ports));
}
