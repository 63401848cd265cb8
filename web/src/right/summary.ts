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
  readonly endpoints: number;
  readonly conversations: number;
  /** All encapsulations, the outermost first, the one with most bytes first. */
  readonly paths: readonly { readonly path: string; readonly bytes: number }[];
}

const summary = shape<Summary>({
  first_seen: orNull(number),
  last_seen: orNull(number),
  endpoints: number,
  conversations: number,
  paths: listOf(shape({ path: text, bytes: amount })),
});

/** Asked anew at most this often while the same thing is chosen, in milliseconds. */
const EVERY_MS = 2000;

export class Summaries {
  private address = "";
  private askedAt = -Infinity;
  private asking = new AbortController();
  private found: Summary | null = null;

  /** Of the things, as far as it is known by now; the next drawing knows more. */
  of(things: readonly Thing[], filter: string, span: Span | null): Summary | null {
    const meaning = meaningOf(things);
    const words = new URLSearchParams({ filter: `${filter} ${meaning}`.trim() });
    if (span === null) words.set("window", "total");
    else words.set("from", String(span.from));
    if (span !== null) words.set("to", String(span.to));
    const address = meaning === "" ? "" : `api/v1/summary?${words.toString()}`;
    const now = performance.now();
    if (address !== this.address) this.found = null;
    if (address !== "" && (address !== this.address || now - this.askedAt > EVERY_MS)) {
      this.address = address;
      this.askedAt = now;
      void this.ask(address);
    }
    this.address = address;
    return this.found;
  }

  private async ask(address: string): Promise<void> {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const reply = summary(await ask(address, signal), "summary");
      if (address === this.address) this.found = reply;
    } catch (error) {
      // Without it the panel says less; the stream tells what is wrong with the server.
      if (!(signal.aborted || error instanceof TypeError || error instanceof Refused)) throw error;
    }
  }
}
