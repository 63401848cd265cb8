/** The drains of the last minutes (docs/reference/api.md), checked. */
import { amount, listOf, number, shape, text, type Decoder } from "../decode";

/** The last minutes: `bytes[p][i]` left peer `p` in the drain at `times[i]`. */
export interface Timeline {
  readonly times: readonly number[];
  /** How long each drain collected. */
  readonly elapsed_s: readonly number[];
  readonly peers: readonly string[];
  readonly packets: readonly (readonly number[])[];
  readonly bytes: readonly (readonly number[])[];
}

const timeline: Decoder<Timeline> = shape<Timeline>({
  times: listOf(number),
  elapsed_s: listOf(number),
  peers: listOf(text),
  packets: listOf(listOf(amount)),
  bytes: listOf(listOf(amount)),
});

/** @throws ReplyError naming the first member that is not as documented. */
export function readTimeline(value: unknown): Timeline {
  return timeline(value, "timeline");
}
