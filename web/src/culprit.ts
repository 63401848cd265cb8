/** Who grew most, as all drawings mark it and the card tells it. */
import type { Flow } from "./api/drain";
import type { Grown } from "./api/growth";
import { NO_COUNTS } from "./amounts";
import type { Measure } from "./format";
import { endpointKey, pairKey } from "./things";

export interface Culprit {
  /** Of both its endpoints, or of the sender alone where it sends to many. */
  readonly key: string;
  /** Of its endpoint. */
  readonly sender: string;
  /** As among the rows, if it is there; the sender is `flow.inner_src`. */
  readonly flow: Flow;
  /** Whether most of it goes to the flow's receiver. */
  readonly hasReceiver: boolean;
  /** How much more it sends, in bits or packets per second. */
  readonly more: number;
  /** Its part of all growth, 0 to 1. */
  readonly share: number;
  /** What grew, and what it is compared with, in seconds since 1970. */
  readonly span: { readonly from: number; readonly to: number };
  readonly before: { readonly from: number; readonly to: number };
}

export function culpritOf(
  grown: Grown | null,
  flows: readonly Flow[],
  { unit }: Pick<Measure, "unit">,
): Culprit | null {
  if (grown === null) return null;
  const { encap, vni, outer_src, inner_src, outer_dst, inner_dst } = grown;
  const sender = endpointKey(outer_src, encap, vni, inner_src);
  const hasReceiver = outer_dst !== "";
  const receiver = endpointKey(outer_dst, encap, vni, inner_dst);
  const ends = { encap, vni, outer_src, inner_src, outer_dst, inner_dst };
  const flow = flows.find((row) => isSame(row, ends)) ?? { ...ends, ...NO_COUNTS };
  return {
    key: hasReceiver ? pairKey(sender, receiver) : sender,
    sender,
    flow,
    hasReceiver,
    more: unit === "bits" ? grown.more_bps : grown.more_pps,
    share: grown.share,
    span: { from: grown.from, to: grown.to },
    before: { from: grown.before_from, to: grown.before_to },
  };
}

type Ends = Omit<Flow, keyof typeof NO_COUNTS>;

function isSame(flow: Flow, ends: Ends): boolean {
  const names: readonly (keyof Ends)[] = [
    "encap",
    "vni",
    "outer_src",
    "outer_dst",
    "inner_src",
    "inner_dst",
  ];
  return names.every((name) => flow[name] === ends[name]);
}
