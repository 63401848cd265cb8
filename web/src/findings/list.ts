/** The findings as a list: what is wrong, worst first, and the checks that found nothing. */
import { keep, make, part, say } from "../dom";
import type { Drawing, Kind, Tools, Twin } from "../drawing";
import type { Selection } from "../state";
import type { Traffic } from "../traffic";
import { isPressing, toldOf, type Found, type Told } from "./found";
import { checksText, countsText, gist, quietText, whenText, whereLines } from "./words";

export const findings: Kind = {
  name: "findings",
  title: "Findings",
  about: "What is wrong, worst first",
  make: (panel, tools) => new FindingsList(panel, tools),
};

class FindingsList implements Drawing {
  private readonly tools: Tools;
  private readonly counts = make("span", { "data-role": "findings-counts" });
  private readonly rows = make("ul", { class: "finding-rows", "aria-label": "Findings" });
  private readonly quiet = make("p", { class: "finding-quiet", "data-role": "nothing-found" });
  private readonly checks = make("p", { class: "finding-checks", "data-role": "checks" });
  private found: Found | null = null;

  constructor(panel: HTMLElement, tools: Tools) {
    this.tools = tools;
    const head = make("h2", { class: "finding-head" }, "Findings", this.counts);
    const body = make("div", { class: "finding-body" }, this.rows, this.quiet, this.checks);
    panel.append(head, body);
    this.rows.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("[data-finding]") : null;
      if (row) tools.choose({ finding: row.dataset.finding ?? null });
    });
    this.rows.addEventListener("keydown", (event) => {
      this.key(event);
    });
  }

  draw({ findings: found, drain: { status } }: Traffic, selection: Selection): void {
    this.found = found;
    const now = found.time;
    const chosen = toldOf(found, selection.finding);
    say(this.counts, found.isKnown ? countsText(found.rows) : "");
    keep(
      this.rows,
      found.rows,
      ({ id }) => id,
      rowFor,
      (row, told) => {
        drawRow(row, told, now, told.id === chosen?.id);
      },
    );
    this.rows.hidden = found.rows.length === 0;
    say(this.quiet, quietText(found, status.started));
    this.quiet.hidden = this.quiet.textContent === "";
    say(this.checks, checksText(found));
  }

  twin({ findings: { rows } }: Traffic): Twin {
    return {
      caption: "Findings, worst first",
      columns: COLUMNS.map((name) => ({ name })),
      rows: rows.map((row) => [
        row.name,
        row.quietUntil === null ? row.state : "muted",
        row.severity,
        row.confidence,
        row.vni,
        row.peers.join(" "),
        row.endpoints.join(" "),
        new Date(row.opened * 1000).toISOString(),
        row.closed === null ? "" : new Date(row.closed * 1000).toISOString(),
        row.explanation,
      ]),
    };
  }

  /** Up and down go from one to the next, and choose it. */
  private key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { target } = event;
    if (step === undefined || !(target instanceof HTMLElement) || this.found === null) return;
    const { rows } = this.found;
    const at = rows.findIndex(({ id }) => id === target.dataset.finding);
    const next = rows[at + step];
    event.preventDefault();
    if (at < 0 || next === undefined) return;
    this.tools.choose({ finding: next.id });
    this.rows.querySelector<HTMLElement>(`[data-finding="${next.id}"]`)?.focus();
  }
}

const COLUMNS = [
  ...["name", "state", "severity", "confidence", "vni", "peers", "endpoints"],
  ...["opened", "closed", "explanation"],
];

function rowFor({ id }: Told): HTMLElement {
  const text = make(
    "span",
    { class: "what" },
    make("b", { class: "title" }),
    make("span", { class: "gist" }),
  );
  const button = make(
    "button",
    { class: "finding", "data-finding": id },
    make("span", { class: "severity" }),
    text,
    make("span", { class: "where mono" }),
    make("span", { class: "when" }),
  );
  return make("li", {}, button);
}

function drawRow(item: HTMLElement, told: Told, now: number, isChosen: boolean): void {
  const button = part(item, "finding");
  button.setAttribute("aria-current", String(isChosen));
  button.classList.toggle("over", !isPressing(told));
  const severity = part(item, "severity");
  severity.dataset.severity = told.severity;
  say(severity, told.severity);
  say(part(item, "title"), told.title);
  say(part(item, "gist"), gist(told));
  const lines = whereLines(told).join("\n");
  say(part(item, "where"), lines);
  say(part(item, "when"), whenText(told, now));
}
