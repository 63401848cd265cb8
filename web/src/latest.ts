/** The last answer to a question that stays the same while time goes on. */

export interface LatestActions<T> {
  readonly ask: (path: string) => Promise<unknown>;
  /** Checks an answer to that path; throws for one that is not as documented. */
  readonly read: (value: unknown, path: string) => T;
  /** There is a new answer. */
  readonly changed: () => void;
  /** Least milliseconds between two requests for the same; without, it is asked for once. */
  readonly every_ms?: number;
}

export class Latest<T> {
  private readonly actions: LatestActions<T>;
  private path: string | null = null;
  private answer: T | null = null;
  private isAsking = false;
  private askedAt = -Infinity;

  constructor(actions: LatestActions<T>) {
    this.actions = actions;
  }

  /**
   * What is known; asks for more where that is due.
   *
   * @param path null for no question: nothing is asked, and nothing known.
   * @param isLive whether the answer changes with time.
   * @returns null until the first answer to that path.
   */
  get(path: string | null, isLive: boolean): T | null {
    if (path !== this.path) {
      this.answer = null;
      this.askedAt = -Infinity;
    }
    this.path = path;
    const isFirst = this.askedAt === -Infinity;
    const { every_ms = Infinity } = this.actions;
    const isDue = isLive && performance.now() - this.askedAt >= every_ms;
    if (path !== null && !this.isAsking && (isFirst || isDue)) void this.next(path);
    return this.answer;
  }

  /** Where nobody answers, what is known stays. */
  private async next(path: string): Promise<void> {
    this.isAsking = true;
    this.askedAt = performance.now();
    let answer: T | null = null;
    try {
      answer = this.actions.read(await this.actions.ask(path), path);
    } catch {
      // The stream says that the server is lost; here there is nothing to add.
    }
    this.isAsking = false;
    if (path === this.path && answer !== null) this.answer = answer;
    // Also without an answer: meanwhile another question may have been put.
    this.actions.changed();
  }
}
