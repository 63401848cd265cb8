/** Where one is: all peers, a virtual network, a peer; how to get back; what the sum is. */
import { make } from "./dom";
import { amountText } from "./format";
import { OTHER_PEER, sent, type Place } from "./matrix";
import { isFiltered, type Selection } from "./state";
import type { View } from "./view";

export interface CrumbActions {
  readonly allPeers: () => void;
  readonly allNetworks: () => void;
  readonly clear: () => void;
}

export class Crumbs {
  private readonly root: HTMLElement;
  private readonly sum = make("span", { class: "sum", "data-role": "sum" });
  private readonly actions: CrumbActions;
  private shown = "";

  constructor(root: HTMLElement, actions: CrumbActions) {
    this.root = root;
    this.actions = actions;
  }

  draw(view: View, selection: Selection): void {
    const { peer, vni } = selection;
    this.sum.textContent = sumText(view);
    const about = `${String(peer)} ${String(vni)}`;
    if (about === this.shown) return;
    this.shown = about;
    const parts: Node[] = [];
    if (peer === null) parts.push(make("b", {}, "All peers"));
    else {
      parts.push(
        button("All peers", "Back to all peers", this.actions.allPeers),
        make("span", { class: "dim", "aria-hidden": "true" }, "›"),
        make("b", { class: "mono" }, peer),
      );
    }
    if (vni !== null) {
      const name = vni === "none" ? "no VNI" : `VNI ${String(vni)}`;
      const token = button(
        `${name} ×`,
        `Show all networks again, not only ${name}`,
        this.actions.allNetworks,
      );
      token.className = "token";
      parts.push(token);
    }
    parts.push(this.sum);
    if (isFiltered(selection)) parts.push(this.clearButton());
    this.root.replaceChildren(...parts);
  }

  private clearButton(): HTMLElement {
    const node = button("Clear ", "Show all peers and networks", this.actions.clear);
    node.className = "button";
    node.id = "clear";
    node.dataset.role = "clear";
    node.append(make("kbd", {}, "esc"));
    return node;
  }
}

/** "9 peers 274 Mb/s + other 11.9 Mb/s = 286 Mb/s": the parts and their sum. */
export function sumText({ peers, endpoints, measure, total }: View): string {
  const count = (kind: Place["kind"]): number =>
    peers.places.filter((place) => place.kind === kind).length;
  const groups = count("group") > 0 ? `, ${counted(count("group"), "group")}` : "";
  const names = counted(count("peer"), "peer") + groups;
  const other = peers.places.findIndex(({ key }) => key === OTHER_PEER);
  if (endpoints !== null || other < 0) return `${names} · ${amountText(total, measure)}`;
  const rest = sent(peers)[other] ?? 0;
  const parts = [amountText(total - rest, measure), amountText(rest, measure)] as const;
  return `${names} ${parts[0]} + other ${parts[1]} = ${amountText(total, measure)}`;
}

function counted(count: number, thing: string): string {
  return `${String(count)} ${thing}${count === 1 ? "" : "s"}`;
}

function button(text: string, title: string, act: () => void): HTMLButtonElement {
  const node = make("button", { title }, text);
  node.addEventListener("click", act);
  return node;
}
