/** Where on the circle a finding is. */
import { EVERYTHING, type Selection } from "../state";
import { networkKey, pairKey } from "../things";
import { compareAddresses } from "../address";
import type { Finding } from "./report";

/**
 * The choice that shows it: its network alone, its peers chosen; where several peers stand by
 * themselves, the endpoint that is behind all of them.
 */
export function placeOf({ peers, between, endpoints, example, vni }: Finding): Partial<Selection> {
  const { layer, below, grouping } = EVERYTHING;
  const filter = vni === null ? "" : `vni:${String(vni)}`;
  const usual = { view: "chord", layer, below, filter } as const;
  const [first, second] = [...peers].sort(compareAddresses);
  const isApart = second !== undefined && !between;
  const [endpoint] = example ? [] : endpoints;
  if (isApart && endpoint !== undefined)
    return { ...usual, grouping, filter: `${filter} endpoint:${endpoint}`.trim(), chosen: null };
  if (first === undefined || isApart) {
    return vni === null
      ? usual
      : { ...usual, filter: "", grouping: "vni", chosen: networkKey(vni) };
  }
  const chosen = second === undefined ? first : pairKey(first, second);
  return { ...usual, grouping, chosen };
}
