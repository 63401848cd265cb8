/** The matrix as rows and columns that fit a picture: sender by row, receiver by column. */
import { isGroup } from "../address";
import { sum } from "../amounts";
import { OTHER_PEER, type Matrix, type Place } from "../matrix";
import { blocksOf } from "./blocks";

/** A row or column: one place, or several that had to share it. */
export interface Line {
  /** Unique among the lines, and the same in each drain. */
  readonly key: string;
  /** The address, a prefix such as "172.16.1.96/29", or "other". */
  readonly name: string;
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
 */
export function heatOf(matrix: Matrix, room: number): Heat {
  const columns = linesOf(matrix.places, room);
  // A group only hears: its row would always be empty.
  const rows = columns.filter(({ kind }) => kind !== "group");
  const at = new Map(matrix.places.map((place, i) => [place.key, i]));
  const indices = (line: Line): number[] => line.places.map(({ key }) => at.get(key) ?? -1);
  const members = columns.map(indices);
  const values = rows.map((row) => {
    const own = indices(row);
    return members.map((others) =>
      sum(own.flatMap((i) => others.map((j) => matrix.values[i]?.[j] ?? 0))),
    );
  });
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

/** Fewer lines than places: endpoints by the peer they stand behind, peers by prefix. */
function linesOf(places: readonly Place[], room: number): Line[] {
  if (places.length <= room) return places.map(single);
  const behind = new Map<string, Place[]>();
  for (const place of places) behind.set(place.peer, [...(behind.get(place.peer) ?? []), place]);
  const lines = [...behind].map(([peer, own]) => lineOf(peer, own));
  if (lines.length <= room) return lines;
  const peers = lines.filter(({ name }) => name !== OTHER_PEER && !isGroup(name));
  const groups = together(lines.filter(({ name }) => isGroup(name)));
  const other = lines.filter(({ name }) => name === OTHER_PEER);
  const blocks = blocksOf(
    peers.map(({ name }) => name),
    room - groups.length - other.length,
  );
  return [
    ...blocks.map(({ name, members }) =>
      lineOf(
        name,
        members.flatMap((peer) => behind.get(peer) ?? []),
      ),
    ),
    ...groups,
    ...other,
  ];
}

function single(place: Place): Line {
  return { key: place.key, name: place.address, kind: place.kind, places: [place] };
}

function lineOf(name: string, places: readonly Place[]): Line {
  const [only] = places;
  if (only !== undefined && places.length === 1) return single(only);
  return { key: `block ${name}`, name, kind: "block", places };
}

/** All groups in one line. */
function together(groups: readonly Line[]): Line[] {
  if (groups.length < 2) return [...groups];
  const places = groups.flatMap((line) => line.places);
  return [{ key: "block groups", name: "groups", kind: "group", places }];
}
