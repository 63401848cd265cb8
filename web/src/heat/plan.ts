/** How big the heat map is drawn: from the size of its place on the page to cells and margins. */
import type { SizeClass } from "../frame";

/** All lengths in px. */
export interface Plan {
  readonly size: SizeClass;
  /** Left upper corner of the first cell. */
  readonly x: number;
  readonly y: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Whether cells are large enough for their number. */
  readonly numbers: boolean;
  /** Row names without what all have in common, where that makes room for numbers. */
  readonly short: boolean;
  /** Column names along their column, where there is no room beside each other. */
  readonly turned: boolean;
  /** Longest bar of the margins at the right and below. */
  readonly barWidth: number;
  readonly barHeight: number;
  readonly type: number;
}

/** What is to be drawn, as counts. */
export interface Contents {
  readonly rows: number;
  readonly columns: number;
  /** Characters of the longest name: of rows as a whole, without the prefix, and of columns. */
  readonly wholeName: number;
  readonly shortName: number;
  readonly columnName: number;
}

/** More cells than this would be slow to draw and tell nobody anything. */
const MOST_LINES = 48;

/** `least`: height of a row below which names would touch. */
const CLASSES = {
  phone: {
    type: 11,
    least: 12,
    top: 44,
    bottom: 20,
    left: 6,
    right: 34,
    cell: 44,
    number: 26,
    bar: 0,
  },
  desk: {
    type: 12,
    least: 13,
    top: 60,
    bottom: 66,
    left: 20,
    right: 86,
    cell: 45,
    number: 26,
    bar: 30,
  },
  wide: {
    type: 15,
    least: 17,
    top: 76,
    bottom: 88,
    left: 28,
    right: 140,
    cell: 74,
    number: 34,
    bar: 44,
  },
} as const;
/** Width of a character of the monospaced face, in parts of its size. */
const CHARACTER = 0.6;
/** The coloured square, and the gaps beside it. */
const SWATCH = 26;
/** What the number beside a bar takes. */
const SUM = 46;

export function sizeOf(width: number, wide: boolean): SizeClass {
  return width < 560 ? "phone" : wide ? "wide" : "desk";
}

/**
 * How many rows and columns can be told apart.
 *
 * @param shortName characters of the longest name without the prefix.
 */
export function roomFor(width: number, height: number, wide: boolean, shortName: number): number {
  const is = CLASSES[sizeOf(width, wide)];
  const name = shortName * CHARACTER * is.type;
  const across = width - is.left - is.right - SWATCH - name;
  const down = height - is.top - is.bottom - SWATCH - name;
  return Math.max(4, Math.min(MOST_LINES, Math.floor(Math.min(across, down) / is.least)));
}

export function planFor(width: number, height: number, wide: boolean, contents: Contents): Plan {
  const size = sizeOf(width, wide);
  const is = CLASSES[size];
  const { rows, columns } = contents;
  const character = CHARACTER * is.type;
  const across = (name: number): number =>
    (width - is.left - name * character - SWATCH - is.right) / Math.max(1, columns);
  const short = size === "phone" || across(contents.wholeName) < is.number;
  const widest = across(short ? contents.shortName : contents.wholeName);
  const column = contents.columnName * character;
  const turned = column + 5 > Math.min(widest, is.cell);
  const top = is.top + SWATCH - 8 + (turned ? column : is.type);
  const down = (height - top - is.bottom) / Math.max(1, rows);
  const cellHeight = Math.max(is.least - 1, Math.min(down, widest, is.cell));
  // Square, unless the number needs more.
  const cellWidth = Math.max(is.least - 1, Math.min(widest, Math.max(cellHeight, is.number + 3)));
  const left = is.left + (short ? contents.shortName : contents.wholeName) * character + SWATCH;
  const used = left + columns * cellWidth + is.right;
  return {
    size,
    x: left + Math.max(0, (width - used) / 2),
    y: top + Math.max(0, (height - top - is.bottom - rows * cellHeight) / 2),
    cellWidth,
    cellHeight,
    numbers: cellWidth >= is.number && cellHeight >= is.least,
    short,
    turned,
    barWidth: Math.max(0, is.right - SUM),
    barHeight: is.bar,
    type: is.type,
  };
}
