/** The open findings about what is chosen, in the right panel. */
import { keep, make, part, say } from "../dom";
import type { Selection } from "../state";
import type { Thing } from "../things";
import { concerning } from "./concerned";
import type { Found } from "./found";

const MOST = 4;

export class OpenFindings {
  readonly root = make("section", { class: "open-findings" }, make("h2", {}, "Findings"));
  private readonly list = make("div");
  private readonly more = make("div", { class: "more" });
  private readonly choose: (change: Partial<Selection>) => void;

  constructor(choose: (change: Partial<Selection>) => void) {
    this.choose = choose;
    this.root.append(this.list, this.more);
  }

  draw(found: Found, things: readonly Thing[]): void {
    const rows = concerning(found, things);
    this.root.hidden = rows.length === 0;
    keep(
      this.list,
      rows.slice(0, MOST),
      ({ id }) => id,
      ({ id }) => {
        const severity = make("span", { class: "severity" });
        const button = make(
          "button",
          { class: "row found" },
          severity,
          make("span", { class: "title" }),
        );
        button.addEventListener("click", () => {
          this.choose({ view: "findings", finding: id });
        });
        return button;
      },
      (row, { severity, title }) => {
        part(row, "severity").dataset.severity = severity;
        say(part(row, "severity"), severity);
        say(part(row, "title"), title);
      },
    );
    const left = rows.length - MOST;
    this.more.hidden = left <= 0;
    say(this.more, `+ ${String(left)} more`);
  }
}
