/** The matrix as a drawing: rows and columns of shaded cells, margins as bars, a crosshair. */
import { select } from "d3-selection";
import type { Drawing, Kind, Tools, Twin } from "../drawing";
import { withWord } from "../filter/edit";
import { addHatch } from "../hatch";
import { pairTwin } from "../pairs";
import type { Selection } from "../state";
import { shape } from "../svg";
import type { Traffic } from "../traffic";
import { Columns, HATCH_ID } from "./columns";
import { Legend } from "./legend";
import { concernText, unfoldingWord } from "./lines";
import { Over, type At } from "./over";
import { pictureOf, type HeatPicture } from "./picture";
import { Rows } from "./rows";

export const matrix: Kind = {
  name: "matrix",
  title: "Matrix",
  about: "Who sends how much to whom, as a heat map: senders by row, receivers by column",
  make: (panel, tools) => new HeatMap(panel, tools),
};

/** Keys that go from cell to cell: rows down, columns to the right. */
const STEPS: Readonly<Record<string, At>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

class HeatMap implements Drawing {
  private readonly svg = shape("svg", { id: "heat", class: "drawing" });
  private readonly columns: Columns;
  private readonly rows: Rows;
  private readonly over: Over;
  private readonly legend: Legend;
  private readonly tools: Tools;
  private shown: HeatPicture | null = null;
  private laid = "";
  private at: At | null = null;
  private filter = "";

  constructor(panel: HTMLElement, tools: Tools) {
    this.tools = tools;
    const defs = shape("defs");
    select(defs).call(addHatch, HATCH_ID);
    const [head, body] = [
      shape("g", { role: "row", "aria-rowindex": "1" }),
      shape("g", { role: "rowgroup" }),
    ];
    const grid = shape("g", { role: "grid", "aria-label": matrix.about }, head, body);
    const [titles, over] = [shape("g", { class: "titles" }), shape("g", { class: "over" })];
    this.svg.append(defs, titles, grid, over);
    panel.append(this.svg);
    this.columns = new Columns(head);
    this.rows = new Rows(body);
    this.over = new Over(over);
    this.legend = new Legend(titles);
    this.svg.addEventListener("pointermove", ({ target }) => {
      this.aim(cellAt(target));
    });
    this.svg.addEventListener("pointerleave", () => {
      this.aim(null);
    });
    this.svg.addEventListener("focusin", ({ target }) => {
      this.aim(cellAt(target));
    });
    this.svg.addEventListener("focusout", () => {
      this.aim(null);
    });
    this.svg.addEventListener("keydown", (event) => {
      this.key(event);
    });
    this.svg.addEventListener("click", (event) => {
      if (this.unfold(event.target)) event.stopPropagation();
    });
  }

  draw(traffic: Traffic, selection: Selection): void {
    const { width, height } = this.svg.getBoundingClientRect();
    if (width === 0) return;
    const picture = pictureOf(traffic, selection, width, height);
    this.shown = picture;
    this.filter = selection.filter;
    const { plan, heat, rowNames, columnNames } = picture;
    const keys = [...heat.rows, ...heat.columns].map(({ key }) => key);
    const found = heat.columns.map((line) => concernText(line, picture.concerned));
    const laid = JSON.stringify([plan, keys, rowNames, columnNames, found]);
    if (laid !== this.laid) this.lay(picture);
    this.laid = laid;
    this.columns.draw(picture);
    this.rows.draw(picture);
    this.legend.draw(picture);
    this.over.draw(picture, this.at);
    this.tools.later(this.rows.naming(picture));
  }

  picture(): SVGSVGElement {
    return this.svg;
  }

  twin(traffic: Traffic): Twin {
    return pairTwin(traffic);
  }

  /** All marks anew; the focus stays on the same pair. */
  private lay(picture: HeatPicture): void {
    const focused = this.svg.querySelector(":focus")?.getAttribute("data-pair");
    this.at = null;
    this.columns.lay(picture);
    this.rows.lay(picture);
    const again = focused ? this.svg.querySelector(`[data-pair="${CSS.escape(focused)}"]`) : null;
    if (again instanceof SVGElement) again.focus();
    else this.rows.cell(0, 0)?.setAttribute("tabindex", "0");
  }

  private aim(at: At | null): void {
    if (at?.join() === this.at?.join()) return;
    this.at = at;
    if (this.shown) this.over.draw(this.shown, at);
  }

  /** What is several together cannot be chosen: it is filtered for, and then stands apart. */
  private unfold(target: EventTarget | null): boolean {
    const mark = target instanceof Element ? target.closest("[data-key]") : null;
    if (mark === null || !this.shown) return false;
    const words = unfolding(mark.getAttribute("data-key") ?? "", this.shown);
    if (words.length > 0) this.tools.choose({ filter: words.reduce(withWord, this.filter) });
    return words.length > 0;
  }

  private key(event: KeyboardEvent): void {
    const from = cellAt(event.target);
    if (!from || !this.shown || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && this.unfold(event.target)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const to = cellAfter(from, event.key, this.shown);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    const cell = this.rows.cell(...to);
    this.rows.cell(...from)?.setAttribute("tabindex", "-1");
    cell?.setAttribute("tabindex", "0");
    cell?.focus();
  }
}

/** Home and End go along the row, as in any grid. */
function cellAfter([row, column]: At, key: string, { heat }: HeatPicture): At | null {
  const [lastRow, lastColumn] = [heat.rows.length - 1, heat.columns.length - 1];
  if (key === "Home") return [row, 0];
  if (key === "End") return [row, lastColumn];
  const step = STEPS[key];
  if (step === undefined) return null;
  const within = (value: number, last: number): number => Math.max(0, Math.min(last, value));
  return [within(row + step[0], lastRow), within(column + step[1], lastColumn)];
}

/** Words for the filter that leave what the lines of a key have together; none for single ones. */
function unfolding(key: string, { heat }: HeatPicture): string[] {
  return key.split("|").flatMap((end) => {
    const line = heat.columns.find((column) => column.key === end && column.kind === "block");
    return line ? unfoldingWord(line) : [];
  });
}

function cellAt(target: EventTarget | null): At | null {
  const where = target instanceof SVGElement ? target.dataset.cell : undefined;
  const [row, column] = (where ?? "").split(",").map(Number);
  return row === undefined || column === undefined ? null : [row, column];
}
