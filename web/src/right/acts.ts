/** What can be done with the subject. */
import { make } from "../dom";
import { exclusionOf } from "../filter/words";
import type { Selection } from "../state";
import type { Subject } from "../subject";

export interface ActActions {
  /** Into it. */
  readonly deeper: (key: string) => void;
  readonly exclude: (word: string) => void;
  /** Out of everything that is chosen. */
  readonly top: () => void;
}

export class Acts {
  readonly root = make("div", { class: "acts" });
  private readonly open = make("button", { class: "button primary" }, "");
  private readonly exclude = make("button", { class: "button" }, "Exclude ", make("kbd", {}, "x"));
  private readonly top = make("button", { class: "button", title: "Everything again" }, "All");
  private subject: Subject | null = null;
  private chosen: string | null = null;

  constructor(actions: ActActions) {
    this.root.append(this.open, this.exclude, this.top);
    this.open.addEventListener("click", () => {
      if (this.chosen !== null) actions.deeper(this.chosen);
    });
    this.exclude.addEventListener("click", () => {
      const word = exclusionOf(this.subject?.things ?? []);
      if (word !== "") actions.exclude(word);
    });
    this.top.addEventListener("click", () => {
      actions.top();
    });
  }

  draw(subject: Subject, { chosen }: Selection): void {
    this.subject = subject;
    this.chosen = chosen;
    this.root.hidden = subject.things.length === 0;
    this.open.hidden = chosen === null;
    const label = openLabel(subject);
    if (this.open.dataset.label !== label) {
      this.open.dataset.label = label;
      this.open.replaceChildren(`${label} `, make("kbd", {}, "↵"));
    }
    this.exclude.hidden = exclusionOf(subject.things) === "";
  }
}

function openLabel({ things: [first, second] }: Subject): string {
  if (second !== undefined) return "Open these two";
  switch (first?.kind) {
    case "peer":
      return "Open endpoints";
    case "other":
      return "Open other";
    default:
      return "Open";
  }
}
