/** The past that is chosen with the brush: asked for once, and again when the choice changes. */
import { readDrain, type Drain } from "./api/drain";
import { readCulprit } from "./api/growth";
import { ask, Refused } from "./server";
import type { Selection, Span } from "./state";
import type { Snapshot } from "./snapshot";
import { flowKey, remember, tunnelKey } from "./roster";

export interface Wanted {
  readonly span: Span;
  /** What it is compared with; null for the time just before it. */
  readonly before: Span | null;
  readonly filter: string;
  readonly peer: string | null;
}

export class Stretch {
  private asking = new AbortController();
  private address = "";
  private found: Snapshot | null = null;
  private readonly arrived: () => void;

  /** @param arrived called when what was asked for is there. */
  constructor(arrived: () => void) {
    this.arrived = arrived;
  }

  /** What was asked for last, once it is there; what was there before stays until then. */
  get snapshot(): Snapshot | null {
    return this.found;
  }

  /** Null for now. */
  want(wanted: Wanted | null): void {
    // Another time to compare with is another question, though the stretch is the same.
    const address = wanted === null ? "" : `${snapshotAddress(wanted)} ${growthAddress(wanted)}`;
    if (address === this.address) return;
    this.address = address;
    this.asking.abort();
    this.asking = new AbortController();
    if (wanted === null) this.found = null;
    else void this.ask(wanted, this.asking.signal);
  }

  private async ask(wanted: Wanted, signal: AbortSignal): Promise<void> {
    try {
      const [snapshot, growth] = await Promise.all([
        ask(snapshotAddress(wanted), signal),
        wanted.before === null ? null : ask(growthAddress(wanted), signal),
      ]);
      const drain = readDrain(snapshot);
      const culprit = growth === null ? drain.culprit : readCulprit(growth);
      this.found = frozen({ ...drain, culprit }, wanted);
      this.arrived();
    } catch (error) {
      if (signal.aborted) return;
      // The next choice asks again; what is shown stays.
      this.address = "";
      if (!(error instanceof TypeError || error instanceof Refused)) throw error;
    }
  }
}

export function wantedBy(selection: Selection, peer: string | null): Wanted | null {
  const { span, before, filter } = selection;
  return span === null ? null : { span, before, filter, peer };
}

function snapshotAddress(wanted: Wanted): string {
  const words = spanWords(wanted);
  if (wanted.peer !== null) words.set("peer", wanted.peer);
  return `api/v1/snapshot?${words.toString()}`;
}

function growthAddress(wanted: Wanted): string {
  const words = spanWords(wanted);
  if (wanted.before !== null) {
    words.set("compare_from", String(wanted.before.from));
    words.set("compare_to", String(wanted.before.to));
  }
  words.set("limit", "1");
  return `api/v1/growth?${words.toString()}`;
}

function spanWords({ span, filter }: Wanted): URLSearchParams {
  const words = new URLSearchParams({ from: String(span.from), to: String(span.to) });
  if (filter !== "") words.set("filter", filter);
  return words;
}

function frozen(drain: Drain, { filter, peer }: Wanted): Snapshot {
  return {
    drain,
    asked: { window: "span", filter, peer },
    tunnels: remember(new Map<string, never>(), drain.tunnels, tunnelKey, 0),
    flows: remember(new Map<string, never>(), drain.flows, flowKey, 0),
  };
}
