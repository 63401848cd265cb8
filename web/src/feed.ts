/**
 * What there is to show: the stream and the drain that is held, the past and the stretch of it
 * that is chosen, behind one question: what does this selection show now?
 */
import { readDrain, type Drain } from "./api/drain";
import { readTimeline } from "./api/timeline";
import type { Frozen } from "./export/frozen";
import { isFrozen } from "./server";
import { Force } from "./filter/force";
import type { Mistake } from "./filter/ask";
import { Live, type Asked, type Stream } from "./live";
import { tellsAll } from "./passing";
import { columnOf, columnsOf } from "./series";
import {
  arrive,
  NOTHING,
  pause,
  resume,
  shown,
  waiting,
  type Hold,
  type Snapshot,
} from "./snapshot";
import type { Selection } from "./state";
import { Stretch, wantedBy } from "./stretch";
import { History } from "./time/history";
import { focusOf } from "./traffic";

export interface Reader {
  /** The choice at this moment. */
  readonly selection: () => Selection;
  /** Something new can be shown. */
  readonly news: () => void;
  /** The stream is in another state. */
  readonly state: () => void;
}

export class Feed {
  readonly history = new History();
  private hold: Hold = NOTHING;
  private now: Stream = { kind: "connecting" };
  private readonly reader: Reader;
  private readonly live = new Live({
    drain: (drain, asked) => {
      this.received(drain, asked);
    },
    stream: (stream) => {
      this.streamed(stream);
    },
  });
  private readonly stretch = new Stretch(() => {
    this.reader.news();
  });
  private readonly force = new Force(() => {
    this.follow();
  });

  constructor(reader: Reader) {
    this.reader = reader;
  }

  get stream(): Stream {
    return this.now;
  }

  /** The newest drain, whatever is shown. */
  get latest(): Drain | null {
    return this.hold.latest?.drain ?? null;
  }

  /** Drains that wait while one is held. */
  get waiting(): number {
    return waiting(this.hold);
  }

  /** What the selection shows; null before anything has arrived. */
  shown(selection: Selection): Snapshot | null {
    const past = selection.span === null ? null : this.stretch.snapshot;
    return past ?? shown(this.hold);
  }

  /** Whether all that the selection needs is there, or will not come. */
  knows(selection: Selection): boolean {
    if (isFrozen()) return true;
    const snapshot = this.shown(selection);
    if (snapshot === null) return true;
    if (selection.span !== null) {
      const { from, to } = snapshot.drain;
      const overlaps = from < selection.span.to && to > selection.span.from;
      return snapshot.asked.window === "span" && overlaps && tellsAll(snapshot, selection.filter);
    }
    return selection.paused || tellsAll(snapshot, selection.filter);
  }

  /** What is wrong with a filter; it is not in force then. */
  mistake(filter: string): Mistake | null {
    return this.force.mistake(filter);
  }

  /** Holds what is shown, or goes on. */
  pause(paused: boolean): void {
    this.hold = paused ? pause(this.hold) : resume(this.hold);
  }

  /** Shows what a saved page has inside it, and nothing else. */
  replay(frozen: Frozen): void {
    this.now = { kind: "frozen", since: frozen.saved };
    this.history.load(columnsOf(readTimeline(frozen.timeline)));
    this.received(readDrain(frozen.snapshot), {
      ...askedBy(this.reader.selection()),
      filter: "",
      peer: null,
    });
  }

  /** Asks for what is chosen; while its filter is being judged the stream stays as it is. */
  follow(): void {
    if (isFrozen()) return;
    const selection = this.reader.selection();
    const { filter } = selection;
    if (this.force.isTaken(filter)) {
      this.live.follow(askedBy(selection));
      this.stretch.want(wantedBy(selection, focusOf(selection)));
    } else if (this.mistake(filter) || this.hold.latest === null) {
      this.live.follow(askedBy({ ...selection, filter: "" }));
    }
    if (this.mistake(filter)) this.reader.news();
  }

  private received(drain: Drain, asked: Asked): void {
    this.hold = arrive(this.hold, drain, asked, this.reader.selection().paused);
    this.history.add(columnOf(drain));
    this.reader.news();
  }

  private streamed(next: Stream): void {
    this.now = next;
    this.reader.state();
    if (next.kind !== "live") return;
    this.follow();
    void this.loadPast();
  }

  /** What was before the page opened, or while the stream was broken. */
  private async loadPast(): Promise<void> {
    const response = await fetch("api/v1/timeline");
    if (!response.ok) return;
    this.history.load(columnsOf(readTimeline(await response.json())));
    this.reader.news();
  }
}

function askedBy(selection: Selection): Asked {
  const window = selection.period === "rate" ? "last" : "total";
  return { window, filter: selection.filter, peer: focusOf(selection) };
}
