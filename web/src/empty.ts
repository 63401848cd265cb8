/** Draws the diagnosis of an empty page, and beside it what was seen outside of tunnels. */
import type { Drain } from "./api/drain";
import { diagnose, portWords, type Repair, type Step } from "./diagnosis";
import { byId, drawing, keep, make, part, say, setBar } from "./dom";
import { countText } from "./format";
import { account, outcomeName } from "./ledgers";

const SIGNS: Record<Step["verdict"], string> = {
  good: "M5.500 10.300 8.700 13.500 14.500 6.800",
  bad: "M10 5.500v5.500M10 13.500v1",
  "not-yet": "M7 10h6",
};

export function drawEmpty(drain: Drain): void {
  const root = byId("empty", HTMLElement);
  const { title, text, steps, repairs } = diagnose(drain);
  if (root.childElementCount === 0) {
    const frame = ["title", "text"].map((name) =>
      make(name === "title" ? "h2" : "p", { class: name }),
    );
    const lists = [make("ol", { class: "steps way" }), make("ol", { class: "steps repairs" })];
    root.append(make("div", {}, ...frame, ...lists));
  }
  say(part(root, "title"), title);
  say(part(root, "text"), text);
  keep(part(root, "way"), steps, stepKey, stepRow, (row, step) => {
    say(part(row, "what"), step.text);
  });
  const list = part(root, "repairs");
  list.hidden = repairs.length === 0;
  keep(
    list,
    repairs,
    ({ command }) => command,
    (repair) => repairRow(repair, repair === repairs[0]),
    () => undefined,
  );
}

/** Replaces the right panel while there is nothing to talk about. */
export function drawEmptyRight(root: HTMLElement, drain: Drain): void {
  if (root.firstElementChild?.id !== "outside") {
    root.replaceChildren(
      make(
        "section",
        { id: "outside" },
        make("h2", {}, "What was seen"),
        make("div", { class: "seen" }),
      ),
      make("hr"),
      make(
        "section",
        {},
        make("h2", {}, "Tunnel ports read now"),
        make("div", { class: "chips words" }),
      ),
      make("hr"),
      make(
        "section",
        {},
        make("h2", {}, "Ask from a shell"),
        make("div", { class: "shell" }, "tunnel-monitor check"),
        make("div", { class: "shell" }, "tunnel-monitor --help"),
      ),
    );
  }
  const sums = account(drain.ledger);
  const rows = [["not_tunneled", sums.notTunneled] as const, ...sums.reasons];
  const most = Math.max(...rows.map(([, packets]) => Number(packets)), 1);
  keep(
    part(root, "seen"),
    rows,
    ([name]) => name,
    ([name]) =>
      make(
        "div",
        { class: "row" },
        make("i"),
        make("span", {}, outcomeName(name)),
        make("span", { class: "track" }, make("span", { class: "fill" })),
        make("b", { class: "amount" }),
      ),
    (row, [, packets]) => {
      setBar(part(row, "fill"), Number(packets) / most);
      say(part(row, "amount"), countText(packets));
    },
  );
  keep(
    part(root, "words"),
    portWords(drain.status),
    ({ text }) => text,
    ({ text, misread }) => make("span", misread ? { class: "off" } : {}, text),
    () => undefined,
  );
}

/** A step whose verdict changes is another row, with another sign. */
function stepKey({ name, verdict }: Step): string {
  return `${name} ${verdict}`;
}

function stepRow({ name, verdict }: Step): HTMLElement {
  return make(
    "li",
    { class: `step ${verdict}` },
    make("span", { class: "check" }, drawing(20, SIGNS[verdict], "sign")),
    make("b", {}, name),
    make("span", { class: "what" }),
  );
}

function repairRow({ title, text, command }: Repair, first: boolean): HTMLElement {
  const copy = make(
    "button",
    { class: first ? "button primary" : "button", "aria-label": `Copy ${command}` },
    "Copy",
  );
  copy.hidden = !isSecureContext; // there is no clipboard then
  copy.addEventListener("click", () => {
    void navigator.clipboard.writeText(command).then(() => {
      copy.textContent = "Copied";
    });
  });
  return make(
    "li",
    { class: "step repair" },
    make("div", {}, make("b", {}, title), make("code", {}, command), make("span", {}, text)),
    copy,
  );
}
