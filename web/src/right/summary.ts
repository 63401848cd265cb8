/** What the server tells of the chosen thing and rows do not: since when, by which path. */
import { amount, listOf, number, orNull, shape, text } from "../decode";
import { meaningOf } from "../filter/words";
import { ask, Refused } from "../server";
import type { Span } from "../state";
import type { Thing } from "../things";

export interface Summary {
  /** Seconds since 1970; null if never, or not known. */
  readonly first_seen: number | null;
  readonly last_seen: number | null;
  /** All encapsulations, the outermost first, the one with most bytes first. */
  readonly paths: readonly { readonly path: string; readonly bytes: number }[];
}

const summary = shape<Summary>({
  first_seen: orNull(number),
  last_seen: orNull(number),
  paths: listOf(shape({ path: text, bytes: amount })),
});

/** Asked anew at most this often, and never before the answer, while the same is chosen: in ms. */
const EVERY_MS = 2000;

export class Summaries {
  private address = "";
  private askedAt = -Infinity;
  /** Null while no answer is on its way. */
  private asking: AbortController | null = null;
  private found: Summary | null = null;

  /** Of the things, as far as it is known by now; the next drawing knows more. */
  of(things: readonly Thing[], filter: string, span: Span | null): Summary | null {
    const address = addressOf(things, filter, span);
    if (address !== this.address) {
      this.asking?.abort();
      this.asking = null;
      this.askedAt = -Infinity;
      this.found = null;
    }
    this.address = address;
    const isDue = performance.now() - this.askedAt > EVERY_MS;
    if (address !== "" && this.asking === null && isDue) void this.ask(address);
    return this.found;
  }

  private async ask(address: string): Promise<void> {
    const asking = new AbortController();
    this.asking = asking;
    this.askedAt = performance.now();
    try {
      const reply = summary(await ask(address, asking.signal), "summary");
      if (address === this.address) this.found = reply;
    } catch (error) {
      // Without it the panel says less; the stream tells what is wrong with the server.
      const isKnown = error instanceof TypeError || error instanceof Refused;
      if (!asking.signal.aborted && !isKnown) throw error;
    } finally {
      if (this.asking === asking) this.asking = null;
    }
  }
}

/** "" for what no words of the filter mean. */
function addressOf(things: readonly Thing[], filter: string, span: Span | null): string {
  const meaning = meaningOf(things);
  if (meaning === "") return "";
  const words = new URLSearchParams({ filter: `${filter} ${meaning}`.trim() });
  if (span === null) words.set("window", "total");
  else words.set("from", String(span.from));
  if (span !== null) words.set("to", String(span.to));
  return `api/v1/summary?${words.toString()}`;
}
