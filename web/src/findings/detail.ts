/** A finding at the right: what happens, by what it was seen, since when, and what to do next. */
import { byId, keep, make, part, say } from "../dom";
import { amountText, clockText } from "../format";
import { canCopy } from "../export/save";
import { drawSpark } from "../spark";
import type { Selection } from "../state";
import { shape } from "../svg";
import type { Traffic } from "../traffic";
import { Course, shareOf } from "./course";
import { isPressing, toldOf, type Told } from "./found";
import { placeOf } from "./place";
import { copyText, sayCommand, sayWithAddresses } from "./text";
import { evidenceFact, whenText } from "./words";

/** In px; as wide as its panel, but for that before the first layout. */
const CURVE = { width: 270, height: 44 } as const;

export interface DetailActions {
  readonly choose: (change: Partial<Selection>) => void;
  readonly mute: (id: string, isMuted: boolean) => void;
}

export class FindingDetail {
  readonly root = make("section", { class: "finding-detail", "data-role": "finding" });
  private readonly severity = make("span", { class: "severity" });
  private readonly state = make("span", { class: "dim" });
  private readonly title = make("h2", { class: "finding-title" });
  private readonly text = make("p", { class: "finding-text" });
  private readonly evidenceOf = make("h2", {}, "Evidence");
  private readonly evidence = make("dl", { class: "facts" });
  private readonly since = make("h2");
  private readonly curve = shape("svg", { "aria-hidden": "true" });
  private readonly next = make("code", { class: "finding-next", "data-role": "next" });
  private readonly mute = make("button", { class: "button" });
  private readonly show = make("button", { class: "button primary" }, "Show in chord");
  private readonly copy = make("button", { class: "button" }, "Copy");
  private readonly course = new Course();
  private readonly parts: HTMLElement;
  private readonly none = make("p", { class: "dim" });
  private told: Told | null = null;

  constructor(actions: DetailActions) {
    const head = make("div", { class: "finding-about" }, this.severity, this.state);
    const curve = make("div", { class: "finding-curve" }, this.since);
    curve.append(this.curve);
    this.parts = make(
      "div",
      { class: "finding-parts" },
      make("div", {}, head, this.title, this.text),
      make("div", {}, this.evidenceOf, this.evidence),
      curve,
      make("div", {}, make("h2", {}, "What to do next"), this.next),
      make("div", { class: "acts" }, this.show, this.mute, this.copy),
    );
    this.root.append(this.parts, this.none);
    this.show.addEventListener("click", () => {
      if (this.told) actions.choose(placeOf(this.told));
    });
    this.mute.addEventListener("click", () => {
      if (this.told) actions.mute(this.told.id, this.told.quietUntil === null);
    });
    this.copy.addEventListener("click", () => {
      if (this.told) void navigator.clipboard.writeText(copyText(this.told));
    });
  }

  draw({ findings: found, measure }: Traffic, { finding }: Selection): void {
    const panel = byId("right", HTMLElement);
    if (panel.firstElementChild !== this.root) panel.replaceChildren(this.root);
    const told = toldOf(found, finding);
    this.told = told;
    this.parts.hidden = told === null;
    this.none.hidden = told !== null || !found.isKnown;
    say(this.none, found.rows.length > 0 ? "It is not remembered any more." : "No findings.");
    if (told === null) return;
    const now = found.time;
    this.severity.dataset.severity = told.severity;
    say(this.severity, told.severity);
    say(this.state, aboutText(told, now));
    say(this.title, told.title);
    sayWithAddresses(this.text, told.explanation);
    this.drawEvidence(told);
    this.drawCourse(told, now, measure.size);
    sayCommand(this.next, told.next);
    this.mute.hidden = told.quietUntil === Infinity;
    say(this.mute, told.quietUntil === null ? "Mute 1 h" : "Unmute");
    const { filter = "", chosen = null } = placeOf(told);
    this.show.hidden = chosen === null && filter === "";
    this.copy.hidden = !canCopy();
  }

  /** And by what name it can be muted, or have other thresholds. */
  private drawEvidence({ evidence, name: check }: Told): void {
    keep(
      this.evidence,
      [...evidence, ["check", check] as const],
      ([name]) => name,
      () => make("div", {}, make("dt", { class: "name" }), make("dd", { class: "value" })),
      (row, [name, value]) => {
        const [label, text] = evidenceFact(name, value);
        say(part(row, "name"), label);
        say(part(row, "value"), text);
        part(row, "value").classList.toggle("mono", typeof value !== "number");
      },
    );
  }

  /** What its traffic did, from before it began. */
  private drawCourse(told: Told, now: number, size: "wire" | "inner"): void {
    const course = this.course.of(told, now);
    const isKnown = course?.rates.some((rate) => rate > 0) === true;
    part(this.root, "finding-curve").hidden = !isKnown;
    if (!isKnown) return;
    const at = clockText(told.opened, { seconds: true });
    const most = amountText(Math.max(...course.rates), { unit: "bits", size, period: "rate" });
    say(this.since, `Its traffic, found ${at}, at most ${most}`);
    const colour = isPressing(told) && told.severity === "high" ? "var(--red)" : "var(--ink2)";
    const width = this.next.offsetWidth || CURVE.width;
    drawSpark(this.curve, course.rates, width, CURVE.height, colour);
    this.mark(shareOf(told.opened, course) * (width - 3) + 1);
  }

  /** Where it was found. */
  private mark(x: number): void {
    const name = "found";
    let line = this.curve.querySelector(`.${name}`);
    if (line === null) {
      line = shape("path", { class: name });
      this.curve.append(line);
    }
    line.setAttribute("d", `M${x.toFixed(1)},0V${String(CURVE.height)}`);
  }
}

/** "high confidence · 13:41, 22 min", "medium confidence, 3 times · closed 13:22". */
function aboutText(told: Told, now: number): string {
  const times = told.times > 1 ? `, ${String(told.times)} times` : "";
  return `${told.confidence} confidence${times} · ${whenText(told, now)}`;
}
