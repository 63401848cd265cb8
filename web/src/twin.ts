/** The table twin of a drawing: its numbers as rows, in its place. */
import { keep, make, say } from "./dom";
import type { Twin, TwinColumn } from "./drawing";
import { amountText, DASH, type Measure } from "./format";
import { unitName } from "./pairs";

/** Rows shown; an export has them all. */
const MOST = 400;

type Cell = Twin["rows"][number][number];

export class TwinTable {
  readonly root: HTMLElement;
  private readonly caption = make("caption");
  private readonly head = make("tr");
  private readonly body = make("tbody");
  private readonly more = make("p", { class: "more" });
  private columns = "";

  constructor() {
    const table = make("table", {}, this.caption, make("thead", {}, this.head), this.body);
    this.root = make("div", { class: "twin", id: "twin", "data-role": "twin" }, table, this.more);
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "region");
    this.root.hidden = true;
  }

  draw(twin: Twin, title: string): void {
    this.root.setAttribute("aria-label", `${title} as rows`);
    say(this.caption, twin.caption);
    this.drawHead(twin.columns);
    const rows = twin.rows.slice(0, MOST);
    keep(
      this.body,
      rows.map((row, i) => ({ row, i })),
      ({ i }) => String(i),
      () => make("tr", {}, ...twin.columns.map((column) => cell(column))),
      (node, { row }) => {
        for (const [i, column] of twin.columns.entries()) {
          const found = node.children[i];
          if (found) say(found, textOf(row[i] ?? null, column));
        }
      },
    );
    const left = twin.rows.length - rows.length;
    this.more.hidden = left <= 0;
    say(this.more, `+ ${String(left)} more rows`);
  }

  private drawHead(columns: readonly TwinColumn[]): void {
    const about = JSON.stringify(columns);
    if (about === this.columns) return;
    this.columns = about;
    this.body.replaceChildren();
    this.head.replaceChildren(
      ...columns.map(({ name, unit }) => {
        const node = make("th", { class: unit === undefined ? "" : "n" }, name);
        node.scope = "col";
        return node;
      }),
    );
  }
}

function cell({ unit }: TwinColumn): HTMLElement {
  return make("td", { class: unit === undefined ? "mono" : "n" });
}

function textOf(value: Cell, { unit }: TwinColumn): string {
  if (value === null || value === "") return DASH;
  if (typeof value === "string" || unit === undefined) return String(value);
  const measure = MEASURES.get(unit);
  return measure ? amountText(value, measure) : String(Math.round(value * 1000) / 1000);
}

/** Units as `unitName` of pairs.ts writes them. */
const MEASURES: ReadonlyMap<string, Measure> = new Map(
  (["bits", "packets"] as const).flatMap((unit) =>
    (["rate", "total"] as const).flatMap((period) =>
      (["wire", "inner"] as const).map((size): [string, Measure] => {
        const measure = { unit, period, size };
        return [unitName(measure), measure];
      }),
    ),
  ),
);
