/** The right panel: everything, or the chosen thing, told the same way. */
import { rimColour } from "../colour";
import { byId, keep, make, part, say, sayQuantity, swatch } from "../dom";
import { OpenFindings } from "../findings/open";
import { quantity, shareText } from "../format";
import type { Bin } from "../series";
import { drawSpark } from "../spark";
import type { Selection } from "../state";
import { isTouched, SteadyOrder } from "../steady";
import { subjectOf, type Subject } from "../subject";
import { shape } from "../svg";
import { ComparisonPart } from "../time/comparison";
import { comparedIn } from "../time/means";
import type { Traffic } from "../traffic";
import { Acts, type ActActions } from "./acts";
import { Card } from "./card";
import { factsOf, type Fact } from "./facts";
import { markedKeys, rankingsOf, type Ranking } from "./lists";
import { pathOf } from "./path";
import { drawEndpointRows, drawFlowRows, drawPeerRows, type RowChoices } from "./rows";
import { Summaries, type Summary } from "./summary";
import { titleOf } from "./title";

/** Lines of the first and the second list; fewer where there is more to say, or less room. */
const LINES = {
  phone: { everything: [6, 5], chosen: [6, 4] },
  desk: { everything: [10, 5], chosen: [6, 4] },
  tall: { everything: [16, 12], chosen: [12, 8] },
} as const;
/** Heights and widths of the window, in px, from which on there is more room. */
const TALL = 1100;
const DESK = 760;

export interface RightActions extends ActActions {
  readonly choose: (change: Partial<Selection>) => void;
}

interface List {
  readonly root: HTMLElement;
  readonly title: HTMLElement;
  readonly note: HTMLElement;
  readonly rows: HTMLElement;
  readonly more: HTMLElement;
  readonly order: SteadyOrder;
  made: string;
}

export class RightPanel {
  private readonly root = byId("right", HTMLElement);
  private readonly actions: RightActions;
  private readonly card: Card;
  private readonly who = newWho();
  private readonly findings: OpenFindings;
  private readonly comparison: ComparisonPart;
  private readonly lists = [newList(), newList()] as const;
  private readonly path = make("section", { class: "path-part" });
  private readonly facts = make("dl", { class: "facts" });
  private readonly acts: Acts;
  private readonly summaries = new Summaries();

  constructor(actions: RightActions) {
    this.actions = actions;
    this.card = new Card(actions);
    this.acts = new Acts(actions);
    this.findings = new OpenFindings(actions.choose);
    this.comparison = new ComparisonPart((chosen) => {
      actions.choose({ chosen });
    });
    const bottom = make("section", { class: "last" }, this.facts, this.acts.root);
    this.parts = [
      this.card.root,
      this.who.root,
      this.findings.root,
      this.comparison.root,
      ...this.lists.map(({ root }) => root),
      this.path,
      bottom,
    ];
  }

  private readonly parts: readonly HTMLElement[];

  /** @param bins the recent past, for the chosen peer's curve. */
  draw(traffic: Traffic, selection: Selection, bins: readonly Bin[]): void {
    if (this.root.firstElementChild !== this.card.root) this.root.replaceChildren(...this.parts);
    const compared = comparedIn(traffic, selection);
    const subject = subjectOf(traffic, selection);
    const summary = this.summaries.of(subject.things, selection.filter, selection.span);
    this.comparison.root.hidden = compared === null;
    if (compared) this.comparison.draw(compared, { ...traffic.measure, period: "rate" });
    this.card.draw(traffic.culprit, traffic.measure);
    this.drawWho(traffic, subject, bins);
    this.findings.draw(traffic.findings, subject.things);
    this.drawLists(traffic, subject, selection, compared !== null);
    this.drawPath(traffic, subject, summary);
    drawFacts(this.facts, factsOf(traffic, subject, summary));
    this.acts.draw(subject, selection);
  }

  private drawWho(traffic: Traffic, subject: Subject, bins: readonly Bin[]): void {
    const { root, colour, name, note, figures, spark, share, ofWhat } = this.who;
    root.hidden = subject.things.length === 0;
    if (root.hidden) return;
    const title = titleOf(subject, traffic);
    colour.style.background = title.rim === null ? "" : rimColour(title.rim);
    colour.hidden = title.rim === null;
    say(name, title.name);
    name.classList.toggle("mono", title.isAddress);
    say(note, title.note);
    for (const [i, [label, amount]] of title.figures.entries()) {
      const figure = figures[i];
      if (!figure) continue;
      say(figure.label, label);
      sayQuantity(figure.value, quantity(amount, traffic.measure));
    }
    const curve = bins.map(({ rates }) => {
      const counts = title.rim === null ? undefined : rates.get(title.rim);
      return counts ? (traffic.measure.unit === "bits" ? counts.bytes : counts.packets) : 0;
    });
    const isKnown = title.hasCurve && curve.some((value) => value > 0);
    spark.toggleAttribute("hidden", !isKnown);
    if (isKnown) drawSpark(spark, curve, 168, 34, rimColour(title.rim ?? ""));
    say(share, shareText(title.share, traffic.all));
    say(ofWhat, title.shareOf);
  }

  private drawLists(
    traffic: Traffic,
    subject: Subject,
    selection: Selection,
    isCompared: boolean,
  ): void {
    const rankings = isCompared ? [] : rankingsOf(traffic, subject);
    const lines = LINES[roomIn(window)][subject.things.length === 0 ? "everything" : "chosen"];
    const about = JSON.stringify([
      subject.things.map(({ key }) => key),
      selection.filter,
      selection.grouping,
      traffic.measure,
      traffic.drain.names.size,
    ]);
    const choices: RowChoices = {
      measure: traffic.measure,
      names: traffic.drain.names,
      grouping: selection.grouping,
      marked: markedKeys(traffic),
      choose: (chosen) => {
        this.actions.choose({ chosen });
      },
    };
    for (const [i, list] of this.lists.entries()) {
      const ranking = rankings[i];
      list.root.hidden = ranking === undefined || ranking.rows.length === 0;
      if (ranking) drawRanking(list, ranking, about, lines[i] ?? 6, choices);
    }
  }

  private drawPath(traffic: Traffic, subject: Subject, summary: Summary | null): void {
    const path = subject.things.length === 0 ? [] : pathOf(traffic, subject, summary);
    this.path.hidden = path.length === 0;
    const text = JSON.stringify(path);
    if (this.path.dataset.shown === text) return;
    this.path.dataset.shown = text;
    this.path.replaceChildren(
      make("h2", {}, "Path"),
      ...path.map((chips) =>
        make(
          "div",
          { class: "chips path" },
          ...chips.map((chip) => make("span", { class: chip.isTunnel ? "tunnel" : "" }, chip.text)),
        ),
      ),
    );
  }
}

function drawRanking(
  list: List,
  ranking: Ranking,
  about: string,
  lines: number,
  choices: RowChoices,
): void {
  // Rows keep what they were made with: other things, and other colours, are other rows.
  const made = `${ranking.kind} ${choices.grouping} ${String(choices.names.size)}`;
  if (list.made !== made) list.rows.replaceChildren();
  list.made = made;
  say(list.title, ranking.title);
  say(list.note, ranking.note);
  list.rows.dataset.role = ranking.title.toLowerCase().replaceAll(" ", "-");
  const touched = isTouched(list.root);
  const left = ranking.rows.length - lines;
  list.more.hidden = left <= 0;
  say(list.more, left > 0 ? `+ ${String(left)} more` : "");
  const now = performance.now();
  if (ranking.kind === "flows") {
    const rows = list.order.apply(about, ranking.rows, ({ key }) => key, touched, now);
    drawFlowRows(list.rows, rows.slice(0, lines), choices);
    return;
  }
  const rows = list.order.apply(about, ranking.rows, ({ key }) => key, touched, now);
  const draw = ranking.kind === "peers" ? drawPeerRows : drawEndpointRows;
  draw(list.rows, rows.slice(0, lines), ranking.number, choices);
}

function drawFacts(list: HTMLElement, facts: readonly Fact[]): void {
  keep(
    list,
    facts,
    ({ name }) => name,
    ({ name }) => make("div", {}, make("dt", {}, name), make("dd", { class: "value" })),
    (row, { value, isMono }) => {
      const node = part(row, "value");
      node.classList.toggle("mono", isMono === true);
      say(node, value);
    },
  );
}

function roomIn({ innerWidth, innerHeight }: Window): keyof typeof LINES {
  if (innerWidth <= DESK) return "phone";
  return innerHeight >= TALL ? "tall" : "desk";
}

function newList(): List {
  const title = make("span");
  const note = make("s");
  const rows = make("div");
  const more = make("div", { class: "more" });
  const root = make("section", {}, make("h2", {}, title, note), rows, more);
  return { root, title, note, rows, more, order: new SteadyOrder(), made: "" };
}

function newWho(): {
  readonly root: HTMLElement;
  readonly colour: HTMLElement;
  readonly name: HTMLElement;
  readonly note: HTMLElement;
  readonly figures: readonly { readonly label: HTMLElement; readonly value: HTMLElement }[];
  readonly spark: SVGSVGElement;
  readonly share: HTMLElement;
  readonly ofWhat: HTMLElement;
} {
  const colour = swatch("");
  const name = make("span", { class: "name", "data-role": "chosen" });
  const note = make("span", { class: "note" });
  const figures = [0, 1].map(() => ({ label: make("span"), value: make("b") }));
  const [share, ofWhat] = [make("b"), make("span")];
  const spark = shape("svg", { "aria-hidden": "true" });
  const two = make(
    "div",
    { class: "two" },
    ...figures.map(({ label, value }) => make("div", {}, label, value)),
  );
  const curve = make("div", { class: "share" }, spark, make("div", {}, ofWhat, share));
  const who = make("div", { class: "who" }, colour, name, note);
  const root = make("section", { class: "chosen" }, who, two, curve);
  return { root, colour, name, note, figures, spark, share, ofWhat };
}
