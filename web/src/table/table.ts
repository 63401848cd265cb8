/** The table as a drawing: any number of lines, sorted, those in sight drawn. */
import { amountIn } from "../amounts";
import { make } from "../dom";
import type { Drawing, Kind, Tools, Twin } from "../drawing";
import { down, type Selection } from "../state";
import { isTouched } from "../steady";
import { touching } from "../touching";
import type { Traffic } from "../traffic";
import { columnsOf, usualSort, type Content } from "./columns";
import { Head } from "./head";
import { Kinds } from "./kinds";
import { lineAt, type Held } from "./held";
import { Lines, type LookOf } from "./lines";
import { answerFrom } from "./local";
import { endKey, orderText, readOrder, thingKey, type Order, type Row } from "./rows";
import { Pager, type Subject } from "./pager";
import { aboutWords, readRows, rowsPath } from "./remote";
import { drawSum } from "./sums";
import { twinOf } from "./twin";
import { rowAfterKey, rowsInSight, scrollTo, type Range } from "./window";

export const table: Kind = {
  name: "table",
  title: "Table",
  about: "Flows as lines, sorted by any column",
  make: (panel, tools) => new Table(panel, tools),
};

/** Height of a line in px, as in style/table.css. */
const HEIGHTS = { phone: 54, desk: 32, wide: 38 } as const;
/** As many as a reply may have. */
const MOST_EXPORTED = 100_000;
/** As many lines are asked for before one knows how many there are. */
const BEFORE = 100;

class Table implements Drawing {
  private readonly tools: Tools;
  private readonly grid = make("table", { id: "lines" });
  private readonly scroller = make("div", { class: "table", "data-role": "table" }, this.grid);
  private readonly sum = make("div", { class: "table-sum" });
  private readonly head: Head;
  private readonly lines: Lines;
  readonly controls: HTMLElement;
  private readonly kinds: Kinds;
  private readonly pager: Pager;
  private shown: { traffic: Traffic; selection: Selection } | null = null;
  private laid = "";
  /** Place of the line that keys act on. */
  private active = 0;

  constructor(panel: HTMLElement, tools: Tools) {
    this.tools = tools;
    this.pager = new Pager({
      ask: (path) => tools.ask(path),
      isTouched: () => isTouched(this.scroller),
      changed: () => {
        this.paint();
      },
    });
    const body = make("tbody");
    this.head = new Head((order) => {
      tools.choose({ sort: orderText(order) });
    });
    this.lines = new Lines(body);
    this.kinds = new Kinds((rows) => {
      tools.choose({ rows, sort: "" });
    });
    this.controls = this.kinds.root;
    this.grid.append(this.head.columns, this.head.root, body);
    this.grid.setAttribute("role", "grid");
    this.grid.setAttribute("aria-label", table.about);
    this.grid.tabIndex = 0;
    panel.append(this.scroller, this.sum);
    this.scroller.addEventListener("scroll", () => {
      this.follow();
    });
    this.grid.addEventListener("keydown", (event) => {
      this.key(event);
    });
    body.addEventListener("click", ({ target }) => {
      const line = target instanceof Element ? target.closest<HTMLElement>("[data-place]") : null;
      if (line && target instanceof Element) this.click(Number(line.dataset.place), target);
    });
    for (const name of ["focus", "blur"]) {
      this.grid.addEventListener(name, () => {
        this.paint();
      });
    }
  }

  draw(traffic: Traffic, selection: Selection): void {
    this.shown = { traffic, selection };
    const { measure } = traffic;
    const order = orderOf(selection, traffic);
    const laid = JSON.stringify([selection.rows, measure, order]);
    if (laid !== this.laid) this.lay(selection, traffic, order);
    this.laid = laid;
    this.follow();
  }

  twin(traffic: Traffic, selection: Selection): Twin {
    const order = orderOf(selection, traffic);
    const all = { kind: selection.rows, order, range: { from: 0, to: Infinity } };
    return twinOf(answerFrom(traffic, all).rows, selection.rows, traffic);
  }

  async all(traffic: Traffic, selection: Selection): Promise<Twin> {
    const order = orderOf(selection, traffic);
    const question = { kind: selection.rows, order, range: { from: 0, to: MOST_EXPORTED } };
    try {
      const path = rowsPath(question, aboutWords(selection, traffic));
      const { rows } = readRows(await this.tools.ask(path), question);
      return twinOf(rows, selection.rows, traffic);
    } catch {
      return this.twin(traffic, selection);
    }
  }

  private lay({ rows }: Selection, { measure }: Traffic, order: Order): void {
    const columns = columnsOf(rows);
    this.head.lay(columns, measure, order);
    this.kinds.show(rows);
    this.lines.lay(columns);
    this.scroller.scrollTop = 0;
    this.active = 0;
  }

  /** The lines in sight, and a little more. */
  private inSight(count: number): Range {
    const { scrollTop, clientHeight } = this.scroller;
    return rowsInSight(scrollTop, clientHeight, this.height(), count);
  }

  private height(): number {
    const width = this.scroller.clientWidth;
    if (width < 560) return HEIGHTS.phone;
    return window.matchMedia("(min-width: 2000px)").matches ? HEIGHTS.wide : HEIGHTS.desk;
  }

  /** Asks for what is in sight, and draws what is there. */
  private follow(): void {
    if (!this.shown) return;
    const { traffic, selection } = this.shown;
    const words = aboutWords(selection, traffic);
    const subject: Subject = {
      about: `${this.laid}?${words.toString()}`,
      kind: selection.rows,
      order: orderOf(selection, traffic),
      words,
      isLive: selection.span === null && !selection.paused,
      local: (question) => answerFrom(traffic, question),
    };
    this.pager.follow(subject, this.inSight(this.pager.held?.count ?? BEFORE));
    this.paint();
  }

  private paint(): void {
    const { held } = this.pager;
    if (!held || !this.shown) return;
    const { traffic, selection } = this.shown;
    this.grid.setAttribute("aria-rowcount", String(held.count + 1));
    this.grid.setAttribute("aria-activedescendant", `line-${String(this.active)}`);
    const content = contentOf(held, traffic);
    this.lines.draw(
      this.inSight(held.count),
      held.count,
      this.height(),
      (place) => lineAt(held, place),
      content,
      this.lookOf(traffic, selection),
    );
    drawSum(this.sum, held, content, selection);
  }

  private lookOf({ culprit }: Traffic, { chosen }: Selection): LookOf {
    const isTouched = chosen === null ? null : touching(chosen);
    const hasFocus = this.grid.matches(":focus-visible");
    return (row, place) => ({
      chosen: chosen !== null && thingKey(row) === chosen,
      faded: isTouched !== null && !isTouched(row),
      culprit: culprit !== null && isCulprit(row, culprit.flow),
      active: hasFocus && place === this.active,
    });
  }

  private key(event: KeyboardEvent): void {
    const { held } = this.pager;
    if (!held || event.target !== this.grid || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const height = this.height();
    const room = this.scroller.clientHeight - this.head.root.offsetHeight;
    if (event.key === "Enter") this.activate(this.active);
    else {
      const next = rowAfterKey(this.active, event.key, Math.floor(room / height), held.count);
      if (next === null) return;
      this.active = next;
      this.scroller.scrollTop = scrollTo(next, this.scroller.scrollTop, room, height);
      this.follow();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** On an address: who has it; anywhere else on a line: the line. */
  private click(place: number, target: Element): void {
    const row = lineAt(this.pager.held, place);
    const end = row && endAt(row, target);
    if (end === null) this.activate(place);
    else this.tools.choose({ chosen: end });
  }

  /** As on every mark: choose it, and what is chosen already leads deeper. */
  private activate(place: number): void {
    const row = lineAt(this.pager.held, place);
    if (!row || !this.shown) return;
    this.active = place;
    const key = thingKey(row);
    const { selection } = this.shown;
    this.tools.choose(selection.chosen === key ? down(selection, key) : { chosen: key });
  }
}

/** The key of the end of a line whose address it is; null for none. */
function endAt(row: Row, target: Element): string | null {
  const side = target.closest(".from") ? "src" : target.closest(".to") ? "dst" : null;
  if (side === null) return null;
  return endKey(row, side, target.closest(".column-inner") !== null);
}

function orderOf({ sort }: Selection, { measure }: Traffic): Order {
  return readOrder(sort) ?? { sort: usualSort(measure), descending: true };
}

function contentOf(held: Held, { measure, drain }: Traffic): Content {
  const amount = amountIn(measure, held.elapsed_s);
  return {
    measure,
    elapsed_s: held.elapsed_s,
    all: amount(held.all),
    most: Math.max(0, ...held.rows.map(amount)),
    names: drain.names,
  };
}

function isCulprit(row: Row, flow: Row): boolean {
  return (
    row.inner_src === flow.inner_src &&
    row.inner_dst === flow.inner_dst &&
    row.vni === flow.vni &&
    row.outer_src === flow.outer_src
  );
}
