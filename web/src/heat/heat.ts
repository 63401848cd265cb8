/** The matrix as rows and columns that fit a picture: sender by row, receiver by column. */
import { sum } from "../amounts";
import type { Matrix, Place } from "../matrix";
import { blocksOf, type Block } from "./blocks";

/** A row or column: one place, or several that had to share it. */
export interface Line {
  /** That of its place, or of the arc whose places it has, or a prefix: "172.16.1.96/29". */
  readonly key: string;
  readonly kind: Place["kind"] | "block";
  /** At least one; of a block all its members, in their order. */
  readonly places: readonly Place[];
}

export interface Heat {
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
  /** `values[r][c]`: what row r sends to column c, in the measure's unit. */
  readonly values: readonly (readonly number[])[];
  /** What each row sends: together all there is. */
  readonly sent: readonly number[];
  /** What each column receives: together all there is, too. */
  readonly received: readonly number[];
  /** The largest value; 0 for an empty matrix. */
  readonly most: number;
}

/** Per cent of the hue in a cell, by step; 58 to 79 is left out: no text is legible there. */
export const SHADES = [8, 15, 23, 33, 45, 57, 80, 92] as const;
/** From this step on the text is light on dark in the light theme, and the other way round. */
export const REVERSED_FROM = 6;

/** Which shade a value has: steps are equal on a square-root scale. -1 for nothing. */
export function shadeOf(value: number, most: number): number {
  if (value <= 0 || most <= 0) return -1;
  return Math.min(SHADES.length - 1, Math.floor(Math.sqrt(value / most) * SHADES.length));
}

/**
 * @param room most rows and columns that can be read; beyond that neighbours share one.
 * @param open the arc whose places stand apart before those of all others.
 */
export function heatOf(matrix: Matrix, room: number, open: string | null = null): Heat {
  const columns = linesOf(matrix.places, room, open);
  // Groups only hear: their row would always be empty.
  const rows = columns.filter(({ kind }) => kind !== "groups");
  const values = gather(matrix, rows, columns);
  const received = columns.map((_, c) => sum(values.map((row) => row[c] ?? 0)));
  return {
    rows,
    columns,
    values,
    sent: values.map(sum),
    received,
    most: Math.max(0, ...values.flat()),
  };
}

/** Each value of the matrix added to the cell of the lines that its places are in. */
function gather(matrix: Matrix, rows: readonly Line[], columns: readonly Line[]): number[][] {
  const values = rows.map(() => columns.map(() => 0));
  const [rowOf, columnOf] = [lineIndex(rows), lineIndex(columns)];
  const into = matrix.places.map(({ key }) => columnOf.get(key) ?? -1);
  matrix.values.forEach((sends, i) => {
    const row = values[rowOf.get(matrix.places[i]?.key ?? "") ?? -1];
    if (!row) return;
    sends.forEach((value, j) => {
      const column = into[j] ?? -1;
      row[column] = (row[column] ?? 0) + value;
    });
  });
  return values;
}

/** Key of a place -> which line it is in. */
function lineIndex(lines: readonly Line[]): Map<string, number> {
  return new Map(lines.flatMap(({ places }, i) => places.map(({ key }) => [key, i])));
}

/** Fewer lines than places: what is inside an arc by its arc, peers by prefix, networks in turn. */
function linesOf(places: readonly Place[], room: number, open: string | null): Line[] {
  if (places.length <= room) return places.map(single);
  const inside = new Map<string, Place[]>();
  for (const place of places) inside.set(place.rim, [...(inside.get(place.rim) ?? []), place]);
  const lines = [...inside].map(([rim, own]) => lineOf(rim, own));
  const opened = open === null ? [] : (inside.get(open) ?? []);
  if (opened.length > 1 && lines.length + opened.length - 1 <= room) {
    return lines.flatMap((line) => (line.key === open ? opened.map(single) : [line]));
  }
  if (lines.length <= room) return lines;
  const isAlone = ({ places: [first] }: Line): boolean =>
    first === undefined || !(isPeer(first.rim) || first.rim.startsWith("vni:"));
  const alone = lines.filter(isAlone);
  const rims = lines.flatMap(({ places: [first] }) => first?.rim ?? []);
  const folded = [
    ...blocksOf(rims.filter(isPeer), room - alone.length),
    ...runsOf(
      rims.filter((rim) => rim.startsWith("vni:")),
      room - alone.length,
    ),
  ];
  return [
    ...folded.map(({ name, members }) =>
      lineOf(
        name,
        members.flatMap((rim) => inside.get(rim) ?? []),
      ),
    ),
    ...alone,
  ];
}

/** Networks that follow each other, about as many in each: "vni:10000–vni:10031". */
function runsOf(rims: readonly string[], most: number): Block[] {
  const size = Math.ceil(rims.length / Math.max(1, most));
  const starts = Array.from({ length: Math.ceil(rims.length / size) || 0 }, (_, i) => i * size);
  return starts.map((start) => {
    const members = rims.slice(start, start + size);
    return { name: `${members.at(0) ?? ""}–${members.at(-1) ?? ""}`, members };
  });
}

export function single(place: Place): Line {
  return { key: place.key, kind: place.kind, places: [place] };
}

function lineOf(name: string, places: readonly Place[]): Line {
  const [only] = places;
  if (only !== undefined && places.length === 1) return single(only);
  return { key: name, kind: "block", places };
}

function isPeer(rim: string): boolean {
  return /[.:]/.test(rim) && !rim.startsWith("vni:");
}
