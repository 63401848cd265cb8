/** Checks that turn `unknown` into types, naming the place that is not as documented. */

/** A reply that is not what the documentation of the API says. */
export class ReplyError extends Error {}

/** Checks one value; `at` is its place in the reply, for the message. */
export type Decoder<T> = (value: unknown, at: string) => T;

export const text: Decoder<string> = (value, at) =>
  typeof value === "string" ? value : wrong(value, at, "a text");

export const number: Decoder<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) ? value : wrong(value, at, "a number");

export const flag: Decoder<boolean> = (value, at) =>
  typeof value === "boolean" ? value : wrong(value, at, "true or false");

/** A decimal text that may pass 2^53, exactly. */
export const count: Decoder<bigint> = (value, at) =>
  typeof value === "string" && /^-?\d+$/.test(value)
    ? BigInt(value)
    : wrong(value, at, "a whole number as text");

/** A decimal text as a number: exact to 53 bits, enough for whatever is drawn. */
export const amount: Decoder<number> = (value, at) => Number(count(value, at));

export function orNull<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, at) => (value === null ? null : inner(value, at));
}

/** Null also for a member that is not there. */
export function orAbsent<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, at) => (value === undefined || value === null ? null : inner(value, at));
}

export function oneOf<T extends string>(...words: readonly T[]): Decoder<T> {
  return (value, at) =>
    words.find((word) => word === value) ?? wrong(value, at, `one of ${words.join(", ")}`);
}

export function listOf<T>(inner: Decoder<T>): Decoder<T[]> {
  return (value, at) =>
    array(value, at).map((item, index) => inner(item, `${at}[${String(index)}]`));
}

export function mapOf<T>(inner: Decoder<T>): Decoder<Map<string, T>> {
  return (value, at) =>
    new Map(
      Object.entries(record(value, at)).map(([key, item]) => [key, inner(item, `${at}.${key}`)]),
    );
}

/** An object with these members; others are ignored, so that the API may grow. */
export function shape<T extends object>(members: { [K in keyof T]: Decoder<T[K]> }): Decoder<T> {
  return (value, at) => {
    const object = record(value, at);
    const result: Partial<T> = {};
    for (const key in members) result[key] = members[key](object[key], `${at}.${key}`);
    return complete(result, members, at);
  };
}

/** Reads the named cells of positional rows: `cell(row, "vni")` whatever the column order is. */
export type CellReader = <T>(name: string, inner: Decoder<T>) => T;

export function table<T>(value: unknown, at: string, row: (cell: CellReader) => T): T[] {
  const object = record(value, at);
  const columns = listOf(text)(object.columns, `${at}.columns`);
  const places = new Map(columns.map((name, index) => [name, index]));
  return array(object.rows, `${at}.rows`).map((cells, index) => {
    const here = `${at}.rows[${String(index)}]`;
    const list = array(cells, here);
    return row((name, inner) => inner(list[places.get(name) ?? -1], `${here}.${name}`));
  });
}

export function record(value: unknown, at: string): Record<string, unknown> {
  return isRecord(value) ? value : wrong(value, at, "an object");
}

function array(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? value : wrong(value, at, "a list");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function complete<T extends object>(result: Partial<T>, members: object, at: string): T {
  const isWhole = (part: Partial<T>): part is T => Object.keys(members).every((key) => key in part);
  return isWhole(result) ? result : wrong(result, at, "an object with all its members");
}

function wrong(value: unknown, at: string, wanted: string): never {
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
  throw new ReplyError(`${at}: expected ${wanted}, found ${found}`);
}
