/** Beside a plot of the past: what can be done, and buttons for who does not drag. */
import { make, say } from "../dom";
import { clockText } from "../format";
import type { Selection, Span } from "../state";
import { justBefore } from "./brush";
import type { BrushActions, Brushes } from "./brushes";
import type { Held } from "./layers";
import { wholeText } from "./lengths";

export class BrushTools {
  private readonly words = make("span");
  private readonly begin = make("button", { class: "link" }, "Choose time");
  private readonly compare = make("button", { class: "link" }, "Compare");
  private readonly clear = make("button", { class: "link" }, "Clear");

  constructor(root: HTMLElement, brushes: Brushes, choose: BrushActions["choose"]) {
    root.replaceChildren(this.words, this.begin, this.compare, this.clear);
    this.begin.addEventListener("click", () => {
      brushes.begin("span");
    });
    this.compare.addEventListener("click", () => {
      const span = brushes.shown("span");
      if (span) choose({ before: justBefore(span) });
    });
    this.clear.addEventListener("click", () => {
      choose({ span: null, before: null });
    });
  }

  draw(held: Held | null, brushes: Brushes, { filter }: Selection): void {
    const [span, before] = [brushes.shown("span"), brushes.shown("before")];
    say(this.words, hint(held, span, filter));
    this.words.classList.toggle("held", held !== null && span === null);
    this.begin.hidden = span !== null;
    this.compare.hidden = span === null || before !== null;
    this.clear.hidden = span === null && before === null;
  }
}

function hint(held: Held | null, span: Span | null, filter: string): string {
  if (span !== null) {
    const [from, to] = [span.from, span.to].map((time) => clockText(time, { seconds: true }));
    return `${from ?? ""}–${to ?? ""}, ${wholeText(span.to - span.from)} · shift-drag to compare`;
  }
  if (held === null) {
    const what = filter === "" ? "all that is tunnelled" : "what passes the filter";
    return `${what} · drag to choose a time`;
  }
  const things = held.waiting === 1 ? "interval" : "intervals";
  const since = clockText(held.time, { seconds: true });
  return `held at ${since} · ${String(held.waiting)} ${things} waiting · space resumes`;
}
