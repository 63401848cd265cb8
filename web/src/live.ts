/**
 * The event stream: opened, checked, and opened again when it breaks.
 *
 * What was received stays with whoever received it; this only says in what state the stream is.
 */
import { readDrain, type Drain, type WindowName } from "./api/drain";
import { ReplyError } from "./decode";

export type Stream =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** Broken since that time, in milliseconds of the page's clock. */
  | { readonly kind: "lost"; readonly since: number }
  /** A saved page: there is none. Since that time, in seconds since 1970. */
  | { readonly kind: "frozen"; readonly since: number }
  /** The server wants a token that this page has not. */
  | { readonly kind: "refused" }
  /** The server's events are not what this page can read. */
  | { readonly kind: "unreadable"; readonly why: string };

/** What a drain was asked to tell. */
export interface Asked {
  readonly window: WindowName;
  /** Which rows; "" for all. */
  readonly filter: string;
  /** Whose flows are told in detail; null for the largest of all. */
  readonly peer: string | null;
}

export interface Follower {
  readonly drain: (drain: Drain, asked: Asked) => void;
  /** Only when it changes. */
  readonly stream: (stream: Stream) => void;
}

/** Milliseconds between attempts: quick at first, for a server that restarts. */
const RETRY_MS = [500, 1000, 1000, 2000, 5000] as const;
/** No event for this many intervals, and a moment, counts as broken. */
const SILENT_INTERVALS = 3;
const SILENT_MS = 4000;

export class Live {
  private source: EventSource | null = null;
  private wanted: Asked | null = null;
  private state: Stream = { kind: "connecting" };
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly follower: Follower;

  constructor(follower: Follower) {
    this.follower = follower;
  }

  /** Follow what is asked for; nothing happens if that is so already. */
  follow(asked: Asked): void {
    if (this.wanted && liveAddress(this.wanted) === liveAddress(asked)) return;
    this.wanted = asked;
    this.open();
  }

  private open(): void {
    const wanted = this.wanted;
    if (wanted === null) return;
    this.close();
    const source = new EventSource(liveAddress(wanted));
    this.source = source;
    source.addEventListener("drain", (event: MessageEvent<unknown>) => {
      this.receive(event.data, wanted);
    });
    source.onerror = () => {
      this.lose();
    };
    this.expectWithin(SILENT_MS);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private receive(data: unknown, asked: Asked): void {
    try {
      const drain = readDrain(JSON.parse(String(data)));
      this.attempts = 0;
      if (drain.status.state === "file")
        clearTimeout(this.timer); // there is no more to come
      else this.expectWithin(SILENT_MS + SILENT_INTERVALS * drain.interval_s * 1000);
      this.become({ kind: "live" });
      this.follower.drain(drain, asked);
    } catch (error) {
      if (!(error instanceof ReplyError || error instanceof SyntaxError)) throw error;
      this.become({ kind: "unreadable", why: error.message });
    }
  }

  /** The stream broke: say so, ask the server why, try again. */
  private lose(): void {
    this.close();
    if (this.state.kind !== "lost" && this.state.kind !== "refused") {
      this.become({ kind: "lost", since: Date.now() });
    }
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
    this.attempts += 1;
    this.timer = setTimeout(() => void this.retry(), wait);
  }

  /** An event stream does not tell its status code, so another request has to. */
  private async retry(): Promise<void> {
    const wanted = this.wanted;
    const status = await statusCode();
    if (wanted !== this.wanted) return;
    if (status === 200) {
      this.open();
      return;
    }
    if (status === 401 || status === 403) this.become({ kind: "refused" });
    else if (this.state.kind === "refused") this.become({ kind: "lost", since: Date.now() });
    this.lose();
  }

  private expectWithin(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.lose();
    }, milliseconds);
  }

  private become(state: Stream): void {
    if (state.kind === this.state.kind) return;
    this.state = state;
    this.follower.stream(state);
  }
}

/** Where the stream is, relative to the page. */
export function liveAddress({ window, filter, peer }: Asked): string {
  const words = new URLSearchParams({ window });
  if (filter !== "") words.set("filter", filter);
  if (peer !== null) words.set("peer", peer);
  return `api/v1/live?${words.toString()}`;
}

/** 0 where nobody answers. */
async function statusCode(): Promise<number> {
  try {
    const response = await fetch("api/v1/status", { cache: "no-store" });
    return response.status;
  } catch {
    return 0;
  }
}
