/** Which of many rows are drawn, and which are asked for: numbers only. */

/** Rows `from` up to and without `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Rows that are drawn above and below what is in sight: quick scrolling shows no gap. */
const OVERSCAN = 8;
/** Rows asked for at once: some screens, so that slow scrolling asks seldom. */
const CHUNK = 240;

/** What is in sight, and a little more. */
export function rowsInSight(top: number, height: number, rowHeight: number, count: number): Range {
  const first = Math.floor(top / rowHeight) - OVERSCAN;
  const last = Math.ceil((top + height) / rowHeight) + OVERSCAN;
  return { from: clamp(first, count), to: clamp(last, count) };
}

/**
 * What to ask for so that `wanted` is there: nothing while `loaded` has it, else a chunk around
 * it. All rows of an answer are of one moment, so that none is twice or missing at its edges.
 */
export function rowsToAsk(wanted: Range, loaded: Range, count: number): Range | null {
  if (wanted.from >= loaded.from && wanted.to <= loaded.to) return null;
  const middle = Math.floor((wanted.from + wanted.to) / 2);
  const size = Math.max(CHUNK, wanted.to - wanted.from);
  const from = Math.max(0, Math.min(count - size, middle - Math.floor(size / 2)));
  return { from, to: from + size };
}

/** Where to scroll so that a row is wholly in sight, by as little as possible. */
export function scrollTo(row: number, top: number, height: number, rowHeight: number): number {
  const [above, below] = [row * rowHeight, (row + 1) * rowHeight - height];
  return top > above ? above : Math.max(top, below);
}

/** The row that a key goes to from another; null for other keys. */
export function rowAfterKey(row: number, key: string, page: number, count: number): number | null {
  const last = count - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: last,
  };
  const next = steps[key];
  return next === undefined ? null : Math.max(0, Math.min(last, next));
}

function clamp(row: number, count: number): number {
  return Math.max(0, Math.min(count, row));
}
