/** Rows of the heat map: a head, cells, and what the row sends. Changed in place while live. */
import { writeNamed } from "../alias";
import { onScale, type Scale } from "../scale";
import { set, shape } from "../svg";
import { pairKey } from "../things";
import { head } from "./columns";
import { REVERSED_FROM, shadeOf, type Heat, type Line } from "./heat";
import { cellWords } from "./lines";
import type { HeatPicture } from "./picture";

/** From this shade on the number is bold. */
const BOLD_FROM = 4;
/** Between two cells, in px; tiny cells have less. */
const GAP = 2;
/** Longest bar of a margin leaves room for its number. */
const BAR_LEAST = 1.5;

interface Cell {
  readonly rect: SVGRectElement;
  readonly text: SVGTextElement | null;
  shade: number;
}

interface Row {
  readonly cells: readonly Cell[];
  readonly bar: SVGRectElement;
  readonly sum: SVGTextElement;
}

export class Rows {
  private readonly layer: SVGGElement;
  private rows: Row[] = [];

  constructor(layer: SVGGElement) {
    this.layer = layer;
  }

  /** All anew: other lines, or another size. */
  lay(picture: HeatPicture): void {
    this.rows = [];
    const groups = picture.heat.rows.map((_, r) => this.newRow(picture, r));
    this.layer.replaceChildren(...groups);
  }

  draw({ heat, plan, scale, sums }: HeatPicture): void {
    const most = Math.max(...heat.sent, ...heat.received);
    this.rows.forEach(({ cells, bar, sum }, r) => {
      cells.forEach((cell, c) => {
        paint(cell, heat.values[r]?.[c] ?? 0, heat.most, scale);
      });
      const sent = heat.sent[r] ?? 0;
      const width = sent > 0 ? Math.max(BAR_LEAST, (sent / most) * plan.barWidth) : 0;
      set(bar, { width });
      set(sum, { x: Number(bar.getAttribute("x")) + width + 6 });
      const text = onScale(sent, sums);
      if (sum.textContent !== text) sum.textContent = text;
    });
  }

  /** Writes the sentences of all cells, row by row: nobody waits for them. */
  *naming({ heat, measure }: HeatPicture): Iterable<void> {
    for (const [r, row] of this.rows.entries()) {
      for (const [c, { rect }] of row.cells.entries()) {
        const [from, to] = [heat.rows[r], heat.columns[c]];
        if (!from || !to) continue;
        set(rect, { "aria-label": cellWords(from, to, heat.values[r]?.[c] ?? 0, measure) });
      }
      yield;
    }
  }

  cell(row: number, column: number): SVGRectElement | undefined {
    return this.rows[row]?.cells[column]?.rect;
  }

  private newRow(picture: HeatPicture, r: number): SVGGElement {
    const { heat, plan, rowNames } = picture;
    const line = heat.rows[r];
    if (line === undefined) return shape("g");
    const y = plan.y + r * plan.cellHeight;
    const middle = y + plan.cellHeight / 2;
    const cells = heat.columns.map((column, c) => newCell(picture, line, column, r, c));
    const right = plan.x + heat.columns.length * plan.cellWidth + (plan.barWidth > 0 ? 10 : 0);
    const bar = shape("rect", { class: "sum", x: right, y: middle - 4, height: 8, rx: 2 });
    const sum = shape("text", { class: "amount", y: middle, dy: ".35em" });
    this.rows.push({ cells, bar, sum });
    const name = shape("text", { x: plan.x - 22, y: middle, dy: ".35em", "text-anchor": "end" });
    writeNamed(name, rowNames[r] ?? ["", ""]);
    const group = shape("g", { role: "row", "aria-rowindex": String(r + 2) });
    group.append(
      head(line, "rowheader", picture, [plan.x - 15, middle - 5], name),
      ...cells.map(({ rect }) => rect),
      ...cells.flatMap(({ text }) => text ?? []),
      bar,
      sum,
    );
    return group;
  }
}

function newCell({ heat, plan }: HeatPicture, row: Line, column: Line, r: number, c: number): Cell {
  const gap = plan.cellWidth < 20 ? GAP / 2 : GAP;
  const [x, y] = [plan.x + c * plan.cellWidth, plan.y + r * plan.cellHeight];
  const isSame = row.key === column.key && row.kind !== "block" && row.kind !== "other";
  const rect = shape("rect", {
    role: "gridcell",
    "aria-colindex": String(c + 2),
    class: isSame ? "cell same" : "cell",
    x: x + gap / 2,
    y: y + gap / 2,
    width: plan.cellWidth - gap,
    height: plan.cellHeight - gap,
    rx: plan.cellWidth < 20 ? 1.5 : 3,
    tabindex: "-1",
    "data-key": keyOf(heat, row, column),
    "data-pair": `${row.key}>${column.key}`,
    "data-cell": `${r},${c}`,
  });
  const text = plan.numbers
    ? shape("text", {
        class: "number",
        "aria-hidden": "true",
        x: x + plan.cellWidth / 2,
        y: y + plan.cellHeight / 2,
        dy: ".35em",
      })
    : null;
  return { rect, text, shade: NaN };
}

/** Of both directions, like a ribbon's: the earlier line first. */
function keyOf({ columns }: Heat, row: Line, column: Line): string {
  const place = (line: Line): number => columns.findIndex(({ key }) => key === line.key);
  return place(row) <= place(column) ? pairKey(row.key, column.key) : pairKey(column.key, row.key);
}

function paint(cell: Cell, value: number, most: number, scale: Scale): void {
  const shade = shadeOf(value, most);
  const { rect, text } = cell;
  if (shade !== cell.shade) {
    rect.dataset.shade = String(shade);
    text?.classList.toggle("reversed", shade >= REVERSED_FROM);
    text?.classList.toggle("bold", shade >= BOLD_FROM);
    cell.shade = shade;
  }
  const number = shade < 0 ? "" : onScale(value, scale);
  if (text !== null && text.textContent !== number) text.textContent = number;
}
