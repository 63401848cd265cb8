/** What the server says of a filter while it is typed: is it right, and what could stand there. */
import { ask } from "../server";
import { listOf, number, orNull, shape, text } from "../decode";

export interface Mistake {
  readonly error: string;
  /** As `String` counts. */
  readonly start: number;
  readonly length: number;
}

export interface Choice {
  readonly text: string;
  readonly about: string;
}

export interface Advice {
  readonly mistake: Mistake | null;
  /** What a choice replaces. */
  readonly start: number;
  readonly length: number;
  readonly choices: readonly Choice[];
}

const place = { start: number, length: number };
const advice = shape({
  mistake: orNull(shape({ error: text, ...place })),
  completion: shape({ ...place, choices: listOf(shape({ text, about: text })) }),
});

/**
 * @param cursor as `String` counts.
 * @throws ReplyError, or what `ask` throws.
 */
export async function advise(
  filter: string,
  cursor: number,
  signal?: AbortSignal,
): Promise<Advice> {
  const words = new URLSearchParams({ text: filter, cursor: String(points(filter, cursor)) });
  const reply = await ask(`api/v1/filter?${words.toString()}`, signal);
  const { mistake, completion } = advice(reply, "filter");
  const found = unitsOf(filter, completion.start, completion.length);
  const own = mistake && { ...mistake, ...unitsOf(filter, mistake.start, mistake.length) };
  return { mistake: own, ...found, choices: completion.choices };
}

/** The server counts code points, `String` counts halves of some. */
function points(filter: string, units: number): number {
  return Array.from(filter.slice(0, units)).length;
}

function unitsOf(filter: string, start: number, length: number): { start: number; length: number } {
  const all = Array.from(filter);
  const before = all.slice(0, start).join("").length;
  return { start: before, length: all.slice(start, start + length).join("").length };
}
