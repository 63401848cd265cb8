/** Lines that do not jump while they are read: new numbers at once, a new order every five seconds. */
import { rowKey, type Row } from "./rows";
import type { Answer } from "./source";

const REORDER_MS = 5000;

export interface Held extends Answer {
  /** What they are of; another subject is shown at once. */
  readonly about: string;
  /** When their order was taken over, in milliseconds. */
  readonly at: number;
}

/**
 * @param touched whether the pointer or the focus is among the lines.
 * @param now milliseconds.
 */
export function hold(
  before: Held | null,
  answer: Answer,
  about: string,
  touched: boolean,
  now: number,
): Held {
  const isSame = before?.about === about && before.from === answer.from;
  if (!isSame || (!touched && now - before.at >= REORDER_MS)) return { ...answer, about, at: now };
  const fresh = new Map(answer.rows.map((row) => [rowKey(row), row]));
  const rows = before.rows.map((row) => fresh.get(rowKey(row)) ?? row);
  return { ...answer, rows, count: before.count, about, at: before.at };
}

/** The line at a place; null while it is on its way. */
export function lineAt(held: Held | null, place: number): Row | null {
  return held?.rows[place - held.from] ?? null;
}
