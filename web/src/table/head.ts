/** The head of the table: a button for each column that can be sorted by. */
import { make } from "../dom";
import type { Measure } from "../format";
import type { Column } from "./columns";
import type { Order } from "./rows";

export class Head {
  readonly root: HTMLTableSectionElement;
  /** How wide each column is. */
  readonly columns = make("colgroup");
  private readonly row = make("tr");
  private readonly choose: (order: Order) => void;

  constructor(choose: (order: Order) => void) {
    this.choose = choose;
    this.row.setAttribute("aria-rowindex", "1");
    this.root = make("thead", {}, this.row);
  }

  lay(columns: readonly Column[], measure: Measure, order: Order): void {
    this.row.replaceChildren(...columns.map((column) => this.cell(column, measure, order)));
    this.columns.replaceChildren(
      ...columns.map(({ name, width }) => {
        const col = make("col", { class: `column-${name}` });
        col.style.width = `${String(width)}%`;
        return col;
      }),
    );
  }

  private cell(column: Column, measure: Measure, { sort, descending }: Order): HTMLElement {
    const { name, isNumber } = column;
    const cell = make("th", { class: `${isNumber ? "n " : ""}column-${name}` });
    cell.scope = "col";
    const own = column.sort?.(measure);
    if (own === undefined) {
      cell.append(column.title(measure));
      return cell;
    }
    const isSorted = own === sort;
    if (isSorted) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const button = make(
      "button",
      { title: `Sort by ${column.title(measure)}` },
      column.title(measure),
    );
    button.append(
      make("span", { class: "order", "aria-hidden": "true" }, mark(isSorted, descending)),
    );
    button.addEventListener("click", () => {
      // Numbers begin with the largest, addresses with the first.
      this.choose({ sort: own, descending: isSorted ? !descending : isNumber && name !== "vni" });
    });
    cell.append(button);
    return cell;
  }
}

function mark(isSorted: boolean, descending: boolean): string {
  if (!isSorted) return "";
  return descending ? "▼" : "▲";
}
