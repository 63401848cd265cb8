/** Which filter is in force: one that means nothing never reaches the stream. */
import { advise, type Mistake } from "./ask";
import { readMistake } from "./match";

export class Force {
  private readonly verdicts = new Map<string, Mistake | null>();
  private readonly settled: () => void;

  /** @param settled called whenever the server has judged another filter. */
  constructor(settled: () => void) {
    this.settled = settled;
  }

  /** What is wrong with it, as far as is known; null if nothing is. */
  mistake(filter: string): Mistake | null {
    return this.verdicts.get(filter) ?? readMistake(filter);
  }

  /** Whether the server takes it; asks it if that is not known. */
  isTaken(filter: string): boolean {
    if (filter === "") return true;
    const verdict = this.verdicts.get(filter);
    if (verdict !== undefined) return verdict === null;
    if (readMistake(filter) === null) void this.judge(filter);
    return false;
  }

  private async judge(filter: string): Promise<void> {
    try {
      const { mistake } = await advise(filter, filter.length);
      this.verdicts.set(filter, mistake);
      this.settled();
    } catch {
      // The stream is broken too then, and asks again once it is back.
    }
  }
}
