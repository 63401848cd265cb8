/** The last minutes, as they were loaded and as they went on. */
import { NO_COUNTS } from "../amounts";
import { append, type Bin, type Column } from "../series";

export class History {
  private kept: readonly Column[] = [];

  /** Oldest first. */
  get columns(): readonly Column[] {
    return this.kept;
  }

  /** Replaces the past, after the page opened or the stream was broken. */
  load(columns: readonly Column[]): void {
    const last = columns.at(-1)?.time ?? -Infinity;
    this.kept = [...columns, ...this.kept.filter(({ time }) => time > last)];
  }

  add(column: Column): void {
    this.kept = append(this.kept, column);
  }

  /** The last minute or so in single intervals, for the small curves. */
  recent(count: number): Bin[] {
    return this.kept.slice(-count).map(({ time, interval_s, counts }) => ({
      time,
      rates: new Map(
        [...counts].map(([peer, { packets, bytes }]) => [
          peer,
          { ...NO_COUNTS, packets: packets / interval_s, bytes: bytes / interval_s },
        ]),
      ),
    }));
  }
}
