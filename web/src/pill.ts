/** In one word: what state the page is in, and since when. */
import type { Status } from "./api/status";
import { ageText, clockSpan, clockText, spanText } from "./format";
import type { Stream } from "./live";
import type { Span } from "./state";

export interface Condition {
  readonly stream: Stream;
  readonly paused: boolean;
  /** Time of the shown data, in seconds since 1970; null before the first drain. */
  readonly shownAt: number | null;
  readonly state: Status["state"];
  /** The stretch of the past that is shown; null for now. */
  readonly span: Span | null;
  /** Whether the page's address is a link that only a newer page can read. */
  readonly newerLink: boolean;
}

export interface Pill {
  readonly kind:
    | "connecting"
    | "live"
    | "paused"
    | "history"
    | "file"
    | "lost"
    | "gone"
    | "refused"
    | "unreadable"
    | "frozen";
  readonly text: string;
  /** For screen readers, only when the kind changes. */
  readonly said: string;
}

const DAY = { day: "numeric", month: "short" } as const;

/** @param now milliseconds since 1970. */
export function pillOf({ stream, paused, shownAt, state, span }: Condition, now: number): Pill {
  switch (stream.kind) {
    case "refused":
      return { kind: "refused", text: "NO ACCESS", said: "The server asks for a token" };
    case "unreadable":
      return {
        kind: "unreadable",
        text: "UNREADABLE",
        said: "The server's answer is not understood",
      };
    case "lost": {
      const since = spanText((now - stream.since) / 1000);
      return { kind: "lost", text: `RECONNECTING ${since}`, said: "Connection lost, data kept" };
    }
    case "frozen": {
      const saved = clockText(stream.since, { seconds: false });
      const date = new Date(stream.since * 1000).toLocaleDateString("en", DAY);
      return { kind: "frozen", text: `SAVED ${date}, ${saved}`, said: "A saved page" };
    }
    case "connecting":
      return { kind: "connecting", text: "CONNECTING", said: "Connecting" };
    case "live":
      break;
  }
  if (span !== null)
    return { kind: "history", text: `HISTORY ${clockSpan(span)}`, said: "History" };
  if (state === "file") return { kind: "file", text: "FILE", said: "A capture, read to its end" };
  if (paused && shownAt !== null) {
    return { kind: "paused", text: `PAUSED ${ageText(now / 1000 - shownAt)}`, said: "Paused" };
  }
  if (state === "gone")
    return { kind: "gone", text: "INTERFACE GONE", said: "The interface is gone, data kept" };
  return { kind: "live", text: "LIVE", said: "Live" };
}

/** What to do about it, as title and sentence; null while all is well. */
export function noticeOf(
  condition: Condition,
  interfaces: string,
): readonly [string, string] | null {
  const { stream, state, newerLink } = condition;
  if (stream.kind === "refused") {
    return [
      "This page needs a token.",
      "Open the whole address that the monitor printed when it started; it ends in ?token=….",
    ];
  }
  if (stream.kind === "unreadable") {
    return ["The server's answer is not understood.", `${stream.why}. Reload the page.`];
  }
  if (stream.kind === "live" && state === "gone") {
    return [
      `${interfaces} is gone.`,
      "What was counted until then stays here; start the monitor anew to go on.",
    ];
  }
  if (newerLink) {
    return [
      "This link was made by a newer version.",
      "The first screen is shown instead; upgrade the monitor.",
    ];
  }
  return null;
}
