/** The lines that are drawn of many: only those in sight, each made once and filled again. */
import { make, part } from "../dom";
import type { Column, Content } from "./columns";
import { thingKey, type Row } from "./rows";
import type { Range } from "./window";

/** How a line stands out. */
export interface Look {
  readonly chosen: boolean;
  readonly faded: boolean;
  readonly culprit: boolean;
  /** Whether the keys act on it. */
  readonly active: boolean;
}

export type LookOf = (row: Row, place: number) => Look;

interface Line {
  readonly node: HTMLTableRowElement;
  readonly cells: readonly HTMLElement[];
}

export class Lines {
  private readonly body: HTMLTableSectionElement;
  private readonly above = spacer();
  private readonly below = spacer();
  private columns: readonly Column[] = [];
  private lines: Line[] = [];

  constructor(body: HTMLTableSectionElement) {
    this.body = body;
    body.append(this.above, this.below);
  }

  /** Other columns: all lines anew. */
  lay(columns: readonly Column[]): void {
    this.columns = columns;
    for (const { node } of this.lines) node.remove();
    this.lines = [];
  }

  /**
   * @param rowAt the line at a place; null while it is on its way.
   * @param height of a line, in px.
   */
  draw(
    range: Range,
    count: number,
    height: number,
    rowAt: (place: number) => Row | null,
    content: Content,
    lookOf: LookOf,
  ): void {
    this.above.style.height = `${String(range.from * height)}px`;
    this.below.style.height = `${String((count - range.to) * height)}px`;
    this.keep(range.to - range.from);
    this.lines.forEach((line, i) => {
      const place = range.from + i;
      const row = rowAt(place);
      fill(line, place, row, this.columns, content);
      look(line.node, row === null ? null : lookOf(row, place));
    });
  }

  private keep(count: number): void {
    while (this.lines.length > count) this.lines.pop()?.node.remove();
    while (this.lines.length < count) {
      const line = newLine(this.columns);
      this.lines.push(line);
      this.body.insertBefore(line.node, this.below);
    }
  }
}

function newLine(columns: readonly Column[]): Line {
  const cells = columns.map(({ name, isNumber, make: content }) =>
    make(
      "td",
      { class: `${isNumber ? "n " : ""}column-${name}` },
      make("span", { class: "cell" }, ...content()),
    ),
  );
  const node = make("tr", {}, ...cells);
  return { node, cells };
}

function fill(
  { node, cells }: Line,
  place: number,
  row: Row | null,
  columns: readonly Column[],
  content: Content,
): void {
  node.id = `line-${String(place)}`;
  // The head is row 1.
  node.setAttribute("aria-rowindex", String(place + 2));
  node.dataset.place = String(place);
  node.classList.toggle("waiting", row === null);
  if (row === null) return;
  node.dataset.thing = thingKey(row);
  columns.forEach((column, i) => {
    const cell = cells[i];
    if (cell) column.fill(part(cell, "cell"), row, content);
  });
}

function look(node: HTMLElement, as: Look | null): void {
  for (const name of ["faded", "culprit", "active"] as const) {
    node.classList.toggle(name, as?.[name] === true);
  }
  node.setAttribute("aria-selected", String(as?.chosen === true));
}

function spacer(): HTMLTableRowElement {
  const row = make("tr", { class: "spacer" });
  row.setAttribute("role", "none");
  return row;
}
