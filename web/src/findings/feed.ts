/** Follows the findings: asks for them when the stream says that they have changed. */
import type { Status } from "../api/status";
import { isFrozen, ask, Refused } from "../server";
import { foundBy, NOTHING_FOUND, pressing, type Found } from "./found";
import { mute, mutesAt } from "./mutes";
import { readReport, type Report } from "./report";

/** Evidence changes with every drain: not asked for more often than this, in milliseconds. */
const EVERY_MS = 1000;
const MUTED_S = 3600;

export interface FindingsReader {
  /** Something is to be drawn anew. */
  readonly news: () => void;
  /** A finding has opened that nobody has muted. */
  readonly opened: (title: string) => void;
}

export class FindingsFeed {
  private readonly reader: FindingsReader;
  private report: Report | null = null;
  private shown: Found = NOTHING_FOUND;
  /** Of the newest report that the stream spoke of, and of the one that is here. */
  private wanted = "";
  private known = "";
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking = false;
  private announced: ReadonlySet<string> | null = null;

  constructor(reader: FindingsReader) {
    this.reader = reader;
    // Other tabs mute as well.
    window.addEventListener("storage", () => {
      this.refresh();
    });
  }

  get found(): Found {
    return this.shown;
  }

  /** There is a report of that number now. */
  follow({ started, findings }: Pick<Status, "started" | "findings">): void {
    // A monitor that was started anew counts anew.
    this.wanted = `${String(started)} ${String(findings.number)}`;
    this.expire();
    if (!isFrozen() && this.wanted !== this.known && this.timer === null) void this.load();
  }

  /** What a saved page has inside it. */
  replay(reply: unknown): void {
    this.take(readReport(reply));
  }

  /** Keeps one quiet for an hour, or tells it again. */
  mute(id: string, isMuted: boolean): void {
    const now = Date.now() / 1000;
    mute(id, isMuted ? now + MUTED_S : null, now);
    this.refresh();
  }

  private async load(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.wanted !== this.known) void this.load();
    }, EVERY_MS);
    const { wanted } = this;
    try {
      const reply = await ask("api/v1/findings");
      this.known = wanted;
      this.take(readReport(reply));
    } catch (error) {
      // The stream tells what is wrong with the server; the last report stays.
      if (!(error instanceof TypeError || error instanceof Refused)) throw error;
    } finally {
      this.asking = false;
    }
  }

  private take(report: Report): void {
    this.report = report;
    this.refresh();
    const open = pressing(this.shown);
    const { announced } = this;
    this.announced = new Set(open.map(({ id }) => id));
    // Those that were open when the page was opened are there to be read.
    if (announced === null) return;
    for (const { id, title } of open) if (!announced.has(id)) this.reader.opened(title);
  }

  private refresh(): void {
    if (this.report === null) return;
    this.shown = foundBy(this.report, mutesAt(Date.now() / 1000));
    this.reader.news();
  }

  /** What was muted until now is told again. */
  private expire(): void {
    const now = Date.now() / 1000;
    const isOver = ({ quietUntil }: { quietUntil: number | null }): boolean =>
      quietUntil !== null && quietUntil <= now;
    if (this.shown.rows.some(isOver)) this.refresh();
  }
}
