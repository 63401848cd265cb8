/** Where one is: all peers, then every step down; how to get back; what the sum is. */
import { make } from "./dom";
import { drillsOf, without } from "./filter/edit";
import { amountText } from "./format";
import { sent, type Place } from "./matrix";
import type { Selection } from "./state";
import { OTHER } from "./things";
import type { Traffic } from "./traffic";
import { counted } from "./words";

export class Crumbs {
  private readonly root: HTMLElement;
  private readonly sum = make("span", { class: "sum", "data-role": "sum" });
  private readonly choose: (change: Partial<Selection>) => void;
  private shown = "";

  constructor(root: HTMLElement, choose: (change: Partial<Selection>) => void) {
    this.root = root;
    this.choose = choose;
  }

  draw(traffic: Traffic, selection: Selection): void {
    this.sum.textContent = sumText(traffic);
    const about = JSON.stringify([
      selection.filter,
      selection.below,
      selection.grouping,
      selection.layer,
    ]);
    if (about === this.shown) return;
    this.shown = about;
    const steps = stepsOf(selection);
    const parts: Node[] = steps.flatMap(({ name, change }, i) => {
      const isLast = i === steps.length - 1;
      const text = isLast ? make("b", {}, name) : this.step(name, change);
      const arrow = make("span", { class: "dim", "aria-hidden": "true" }, "›");
      return i === 0 ? [text] : [arrow, text];
    });
    parts.push(this.sum);
    this.root.replaceChildren(...parts);
  }

  private step(name: string, change: Partial<Selection>): HTMLElement {
    return button(name, `Back to ${name}`, () => {
      this.choose(change);
    });
  }
}

interface Step {
  readonly name: string;
  /** What leads back to it. */
  readonly change: Partial<Selection>;
}

/** From everything to what is shown: one step for each word that leads deeper. */
function stepsOf({ filter, below, layer, grouping }: Selection): Step[] {
  const drills = drillsOf(filter);
  const base = drills.reduce((left, word) => without(left, word), filter);
  const all = grouping === "vni" ? "All networks" : "All peers";
  const top = { chosen: null, below: 0, filter: base, layer: "underlay" } as const;
  const steps: Step[] = [{ name: all, change: top }];
  let held = base;
  for (const word of drills) {
    held = `${held} ${word}`.trim();
    const name = word.startsWith("vni:") ? `VNI ${word.slice(4)}` : word.replace(/^\w+:/, "");
    steps.push({ name, change: { chosen: null, below: 0, filter: held, layer } });
  }
  if (below > 0) steps.push({ name: "other", change: {} });
  if (layer === "overlay") steps.push({ name: "Endpoints", change: {} });
  return steps;
}

/** "9 peers 274 Mb/s + other 11.9 Mb/s = 286 Mb/s": the parts and their sum. */
export function sumText({ rim, measure, total }: Traffic): string {
  const of = (kind: Place["kind"]): Place[] => rim.places.filter((place) => place.kind === kind);
  const groups = of("groups").map(({ merged }) => `, ${counted(merged, "group")}`);
  const networks = of("network").length;
  const own = networks > 0 ? counted(networks, "network") : counted(of("peer").length, "peer");
  const names = `${own}${groups.join("")}`;
  const other = rim.places.findIndex(({ key }) => key === OTHER);
  if (other < 0) return `${names} · ${amountText(total, measure)}`;
  const rest = sent(rim)[other] ?? 0;
  const parts = [amountText(total - rest, measure), amountText(rest, measure)] as const;
  return `${names} ${parts[0]} + other ${parts[1]} = ${amountText(total, measure)}`;
}

function button(text: string, title: string, act: () => void): HTMLButtonElement {
  const node = make("button", { title }, text);
  node.addEventListener("click", act);
  return node;
}
