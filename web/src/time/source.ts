/** Which past is shown: what went by while the page was open, or what the server tells of it. */
import type { Column } from "../series";
import type { Selection } from "../state";
import { readSeries, seriesBy, seriesPath, type SeriesQuestion } from "./series";

export interface PastActions {
  readonly ask: (path: string) => Promise<unknown>;
  /** There is more of it. */
  readonly changed: () => void;
}

/** Milliseconds between two requests for the same. */
const REFRESH_MS = 2000;
/** As many points as a picture has. */
const POINTS = 300;

export class PastSource {
  private readonly actions: PastActions;
  private about = "";
  private told: readonly Column[] | null = null;
  private isAsking = false;
  private askedAt = -Infinity;

  constructor(actions: PastActions) {
    this.actions = actions;
  }

  /**
   * @param live the last minutes by sending peer, as the stream tells them.
   * @param isLive whether more will come.
   */
  columns(selection: Selection, live: readonly Column[], isLive: boolean): readonly Column[] {
    const question = questionOf(selection);
    if (question === null) return live;
    const about = seriesPath(question);
    if (about !== this.about) this.told = null;
    this.about = about;
    const isDue = isLive && performance.now() - this.askedAt >= REFRESH_MS;
    if (!this.isAsking && (this.told === null || isDue)) void this.next(question);
    return this.told ?? [];
  }

  private async next(question: SeriesQuestion): Promise<void> {
    const path = seriesPath(question);
    this.isAsking = true;
    this.askedAt = performance.now();
    const columns = await this.answer(path, question);
    this.isAsking = false;
    if (path === this.about && columns !== null) this.told = columns;
    this.actions.changed();
  }

  /** Null where nobody answers: what is shown stays. */
  private async answer(path: string, { by }: SeriesQuestion): Promise<Column[] | null> {
    try {
      return readSeries(await this.actions.ask(path), by);
    } catch {
      return this.told === null ? [] : null;
    }
  }
}

/** Null where the stream tells it already. */
function questionOf(selection: Selection): SeriesQuestion | null {
  const { filter, unit, size, back_s } = selection;
  const by = seriesBy(selection);
  const isWire = unit === "packets" || size === "wire";
  if (by === "peer" && filter === "" && isWire && back_s === LIVE_S) return null;
  return { by, filter, back_s, step_s: back_s / POINTS };
}

/** What the page has of itself. */
const LIVE_S = 900;
