/** Gets the lines around those in sight, one request at a time, and keeps the last answer. */
import { hold, type Held } from "./held";
import { readRows, rowsPath } from "./remote";
import type { Answer, Question } from "./source";
import { rowsToAsk, type Range } from "./window";

/** What the lines are of. */
export interface Subject extends Omit<Question, "range"> {
  /** Says the same in one word: other lines where it differs. */
  readonly about: string;
  /** Which flows, of when, as the server is asked. */
  readonly words: URLSearchParams;
  /** Whether the numbers will change. */
  readonly isLive: boolean;
  /** The same from what the page has, for when the server does not answer. */
  readonly local: (question: Question) => Answer;
}

export interface PagerActions {
  readonly ask: (path: string) => Promise<unknown>;
  /** Whether the pointer or the focus is among the lines. */
  readonly isTouched: () => boolean;
  /** There is a new answer. */
  readonly changed: () => void;
}

/** Lines are asked for again at most so often, in milliseconds, however often the monitor drains. */
const REFRESH_MS = 900;

const NOTHING: Range = { from: 0, to: 0 };

export class Pager {
  private readonly actions: PagerActions;
  private subject: Subject | null = null;
  private kept: Held | null = null;
  private wanted: Range = { from: 0, to: 0 };
  private isAsking = false;
  private askedAt = -Infinity;

  constructor(actions: PagerActions) {
    this.actions = actions;
  }

  /** The last answer about what is shown; null before the first. */
  get held(): Held | null {
    return this.kept?.about === this.subject?.about ? this.kept : null;
  }

  /** Asks unless it is there already, or on its way. */
  follow(subject: Subject, inSight: Range): void {
    this.subject = subject;
    this.wanted = inSight;
    if (!this.isAsking && this.isDue()) void this.next();
  }

  private isDue(): boolean {
    const { held } = this;
    if (held === null || this.missing(held) !== null) return true;
    return this.subject?.isLive === true && performance.now() - this.askedAt >= REFRESH_MS;
  }

  private missing(held: Held): Range | null {
    const { from, to } = this.wanted;
    const wanted = { from: Math.min(from, held.count), to: Math.min(to, held.count) };
    return rowsToAsk(wanted, loadedIn(held), held.count);
  }

  private async next(): Promise<void> {
    const { subject, held } = this;
    if (subject === null) return;
    const range = held
      ? (this.missing(held) ?? loadedIn(held))
      : (rowsToAsk(this.wanted, NOTHING, Infinity) ?? this.wanted);
    const question = { kind: subject.kind, order: subject.order, range };
    this.isAsking = true;
    this.askedAt = performance.now();
    const answer = await this.answer(subject, question);
    this.isAsking = false;
    if (answer !== null && subject.about === this.subject?.about) {
      const { about } = subject;
      this.kept = hold(this.kept, answer, about, this.actions.isTouched(), performance.now());
      this.actions.changed();
    }
    this.goOn(range);
  }

  /** Meanwhile something else may be in sight. An answer that lacks lines is not asked for again. */
  private goOn(before: Range): void {
    const { held } = this;
    const range = held && this.missing(held);
    const isOther = range !== null && (range.from !== before.from || range.to !== before.to);
    if (held === null || isOther) void this.next();
  }

  /** Null where the server does not answer and something is shown already. */
  private async answer(subject: Subject, question: Question): Promise<Answer | null> {
    try {
      return readRows(await this.actions.ask(rowsPath(question, subject.words)), question);
    } catch {
      return this.held === null ? subject.local(question) : null;
    }
  }
}

function loadedIn({ from, rows }: Held): Range {
  return { from, to: from + rows.length };
}
