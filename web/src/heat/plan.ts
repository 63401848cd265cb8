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
  /** Column labels along their column, where there is no room beside each other. */
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
  /** Characters of the longest label of a row, and of a column. */
  readonly rowLabel: number;
  readonly columnLabel: number;
}

/** Height of a row below which labels would touch. */
const LEAST = 13;
/** More cells than this would be slow to draw and tell nobody anything. */
const MOST_LINES = 48;

const CLASSES = {
  phone: { type: 11, top: 40, bottom: 44, left: 12, right: 44, cell: 40, bar: 6 },
  desk: { type: 12, top: 58, bottom: 66, left: 20, right: 104, cell: 45, bar: 30 },
  wide: { type: 15, top: 72, bottom: 84, left: 28, right: 140, cell: 74, bar: 44 },
} as const;
/** Width of a character of the monospaced face, in parts of its size. */
const CHARACTER = 0.6;
/** Square of the peer's colour, and the gaps beside it. */
const SWATCH = 26;
/** Px of "44.7" at the smallest size. */
const NUMBER = 30;
/** A cell may be so much wider than high. */
const WIDEST = 1.8;

export function sizeOf(width: number, wide: boolean): SizeClass {
  return width < 560 ? "phone" : wide ? "wide" : "desk";
}

/** How many rows and columns can be told apart. */
export function roomFor(width: number, height: number, wide: boolean): number {
  const is = CLASSES[sizeOf(width, wide)];
  const [across, down] = [width - is.left - is.right - 90, height - is.top - is.bottom - 50];
  return Math.max(4, Math.min(MOST_LINES, Math.floor(Math.min(across, down) / LEAST)));
}

export function planFor(width: number, height: number, wide: boolean, contents: Contents): Plan {
  const size = sizeOf(width, wide);
  const is = CLASSES[size];
  const { rows, columns } = contents;
  const character = CHARACTER * is.type;
  const left = is.left + contents.rowLabel * character + SWATCH;
  const across = (width - left - is.right) / Math.max(1, columns);
  const columnLabel = contents.columnLabel * character;
  const fits = columnLabel + 6 <= Math.min(across, is.cell * WIDEST);
  const top = is.top + SWATCH - 6 + (fits ? is.type : columnLabel);
  const down = (height - top - is.bottom) / Math.max(1, rows);
  const cellHeight = Math.max(LEAST - 1, Math.min(down, across, is.cell));
  const cellWidth = Math.max(LEAST - 1, Math.min(across, Math.max(is.cell, cellHeight * WIDEST)));
  const turned = columnLabel + 6 > cellWidth;
  const used = left + columns * cellWidth + is.right;
  return {
    size,
    x: left + Math.max(0, (width - used) / 2),
    y: top + Math.max(0, (height - top - is.bottom - rows * cellHeight) / 2),
    cellWidth,
    cellHeight,
    numbers: cellWidth >= NUMBER && cellHeight >= LEAST,
    turned,
    barWidth: Math.max(0, is.right - 60),
    barHeight: is.bar,
    type: is.type,
  };
}
