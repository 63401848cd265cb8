/** The right panel: the whole interface, or the chosen peer. */
import { sum } from "./amounts";
import { rimColour } from "./colour";
import { keep, make, part, say, sayQuantity, swatch } from "./dom";
import { amountText, quantity, shareText, THIN } from "./format";
import { flowKey } from "./roster";
import { ComparisonPart } from "./time/comparison";
import { comparedIn } from "./time/means";
import { drawEndpointRows, drawExchanges, drawFlowRows, type FlowRow } from "./rows";
import type { Bin } from "./series";
import { drawSpark } from "./spark";
import { valueOf } from "./filter/edit";
import type { Selection } from "./state";
import { isTouched, SteadyOrder } from "./steady";
import { behind, exchangeOf, partners, talkers } from "./exchanges";
import { focusOf, type Traffic } from "./traffic";

/** Lines per list. */
const TALKERS = 10;
const FLOWS = 8;
const PARTNERS = 8;
const ENDPOINTS = 12;

export interface RightActions {
  readonly choose: (key: string) => void;
  readonly top: () => void;
}

interface List {
  readonly root: HTMLElement;
  readonly note: HTMLElement;
  readonly rows: HTMLElement;
  readonly more: HTMLElement;
  readonly order: SteadyOrder;
}

export class RightPanel {
  private readonly root: HTMLElement;
  private readonly actions: RightActions;
  private readonly lists = {
    talkers: newList("Biggest talkers", "talkers"),
    flows: newList("Biggest flows", "flows"),
    partners: newList("Partners", "partners"),
    behind: newList("Endpoints behind it", "behind"),
  };
  private readonly comparison: ComparisonPart;
  private readonly who = newWho();
  private readonly facts = make("dl", { class: "facts" });
  private readonly below = make("section", { class: "last" }, this.facts);
  private readonly close: HTMLElement;
  private turns = 0;

  constructor(root: HTMLElement, actions: RightActions) {
    this.root = root;
    this.actions = actions;
    this.comparison = new ComparisonPart(actions.choose);
    const button = make("button", { class: "button" }, "All peers");
    button.addEventListener("click", () => {
      actions.top();
    });
    this.close = make("div", { class: "acts last" }, button);
  }

  /** @param bins the recent past, for the chosen peer's curve. */
  draw(traffic: Traffic, selection: Selection, bins: readonly Bin[]): void {
    const compared = comparedIn(traffic, selection);
    if (compared !== null) {
      this.swap([this.comparison.root]);
      this.comparison.draw(compared, { ...traffic.measure, period: "rate" });
      return;
    }
    const peer = focusOf(selection);
    this.show(peer);
    // What comes back into sight is sorted anew: nobody has read it yet.
    const about = JSON.stringify([this.turns, peer, selection.filter, traffic.measure]);
    if (peer === null) this.drawAll(traffic, selection, about);
    else this.drawPeer(traffic, peer, about, bins);
  }

  private drawAll(traffic: Traffic, selection: Selection, about: string): void {
    const lists = this.lists;
    const all = talkers(traffic.tunnels, traffic.amount);
    const peers = steady(lists.talkers, about, all, ({ key }) => key);
    const { measure } = traffic;
    drawExchanges(lists.talkers.rows, peers.slice(0, TALKERS), measure, this.actions.choose);
    sayMore(lists.talkers, peers.length - TALKERS);
    const rows = steady(lists.flows, about, flowRows(traffic), ({ key }) => key);
    drawFlowRows(lists.flows.rows, rows.slice(0, FLOWS), measure);
    sayMore(lists.flows, rows.length - FLOWS);
    say(lists.talkers.note, "↑ sent, ↓ received");
    this.drawFacts(traffic, selection);
  }

  private drawPeer(traffic: Traffic, peer: string, about: string, bins: readonly Bin[]): void {
    const lists = this.lists;
    const { measure, amount } = traffic;
    const { choose } = this.actions;
    this.drawWho(traffic, peer, bins);
    const all = partners(traffic.tunnels, amount, peer);
    const others = steady(lists.partners, about, all, ({ key }) => key);
    drawExchanges(lists.partners.rows, others.slice(0, PARTNERS), measure, choose);
    sayMore(lists.partners, others.length - PARTNERS);
    say(lists.partners.note, "↑ sent, ↓ received");
    const inner = behind(traffic.flows, amount, peer);
    const own = steady(lists.behind, about, inner, ({ key }) => key);
    drawEndpointRows(lists.behind.rows, own.slice(0, ENDPOINTS), peer, measure, choose);
    sayMore(lists.behind, own.length - ENDPOINTS);
  }

  private drawWho(traffic: Traffic, peer: string, bins: readonly Bin[]): void {
    const { colour, address, sends, receives, spark, share, note } = this.who;
    const { sent, received } = exchangeOf(talkers(traffic.tunnels, traffic.amount), peer);
    colour.style.background = rimColour(peer);
    say(address, peer);
    sayQuantity(sends, quantity(sent, traffic.measure));
    sayQuantity(receives, quantity(received, traffic.measure));
    const curve = bins.map(({ rates }) => {
      const counts = rates.get(peer);
      return counts ? (traffic.measure.unit === "bits" ? counts.bytes : counts.packets) : 0;
    });
    const isKnown = curve.some((value) => value > 0);
    spark.toggleAttribute("hidden", !isKnown);
    if (isKnown) drawSpark(spark, curve, 168, 34, rimColour(peer));
    say(share, shareText(sent, traffic.all));
    say(note, "of all sent");
  }

  /** What the segments tell of the whole wire in the window. */
  private drawFacts(traffic: Traffic, selection: Selection): void {
    const chosen = valueOf(selection.filter, "vni");
    const segments = traffic.drain.segments.filter(
      ({ vni }) => chosen === null || String(vni ?? "none") === chosen,
    );
    const packets = sum(segments.map((segment) => segment.packets));
    const bytes = sum(segments.map((segment) => segment.bytes));
    const inner = sum(segments.map((segment) => segment.inner_bytes));
    const { period } = traffic.measure;
    const counted = amountText(
      traffic.amount({ packets, bytes, inner_bytes: inner }),
      traffic.measure,
    );
    const facts: [name: string, value: string][] = [
      traffic.measure.unit === "bits"
        ? [
            "Packets",
            amountText(packets / seconds(traffic), { unit: "packets", size: "wire", period }),
          ]
        : ["Packets", counted],
      ["Mean packet", packets > 0 ? `${(bytes / packets).toFixed(0)}${THIN}B` : "–"],
      ["Tunnel headers", overhead(bytes, inner, packets)],
    ];
    keep(
      this.facts,
      facts,
      ([name]) => name,
      ([name]) => make("div", {}, make("dt", {}, name), make("dd", { class: "value" })),
      (row, [, value]) => {
        say(part(row, "value"), value);
      },
    );
  }

  private show(peer: string | null): void {
    const { talkers, flows, partners, behind } = this.lists;
    this.swap(
      peer === null
        ? [talkers.root, flows.root, this.below]
        : [this.who.root, partners.root, behind.root, this.close],
    );
  }

  /** Only when others are due, so that focus stays where it is. */
  private swap(parts: readonly HTMLElement[]): void {
    if (this.root.firstElementChild === parts[0]) return;
    this.turns += 1;
    this.root.replaceChildren(...parts);
    this.root.scrollTop = 0;
  }
}

function seconds(traffic: Traffic): number {
  return traffic.measure.period === "rate" ? Math.max(traffic.drain.elapsed_s, 1e-9) : 1;
}

function overhead(bytes: number, inner: number, packets: number): string {
  if (packets === 0) return "–";
  const each = ((bytes - inner) / packets).toFixed(0);
  return `${shareText(bytes - inner, bytes)}, ${each}${THIN}B each`;
}

function flowRows(traffic: Traffic): FlowRow[] {
  return traffic.flows
    .map((flow) => ({
      key: flowKey(flow),
      peer: flow.outer_src,
      from: flow.inner_src === "" ? flow.outer_src : flow.inner_src,
      to: flow.inner_dst === "" ? flow.outer_dst : flow.inner_dst,
      vni: flow.vni,
      amount: traffic.amount(flow),
    }))
    .sort((a, b) => b.amount - a.amount);
}

function steady<T>(
  list: List,
  about: string,
  sorted: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  return list.order.apply(about, sorted, keyOf, isTouched(list.root), performance.now());
}

function sayMore(list: List, more: number): void {
  list.more.hidden = more <= 0;
  say(list.more, more > 0 ? `+ ${String(more)} more` : "");
}

function newList(title: string, name: string): List {
  const note = make("s");
  const rows = make("div", { "data-role": name });
  const more = make("div", { class: "more" });
  const root = make("section", {}, make("h2", {}, title, note), rows, more);
  return { root, note, rows, more, order: new SteadyOrder() };
}

function newWho(): {
  readonly root: HTMLElement;
  readonly colour: HTMLElement;
  readonly address: HTMLElement;
  readonly sends: HTMLElement;
  readonly receives: HTMLElement;
  readonly spark: SVGSVGElement;
  readonly share: HTMLElement;
  readonly note: HTMLElement;
} {
  const colour = swatch("");
  const address = make("span", { class: "mono", "data-role": "chosen" });
  const [sends, receives, share, note] = [make("b"), make("b"), make("b"), make("span")];
  const spark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  spark.setAttribute("aria-hidden", "true");
  const two = make(
    "div",
    { class: "two" },
    make("div", {}, make("span", {}, "↑ sends"), sends),
    make("div", {}, make("span", {}, "↓ receives"), receives),
  );
  const curve = make("div", { class: "share" }, spark, make("div", {}, note, share));
  const who = make("div", { class: "who" }, colour, address);
  const root = make("section", { class: "chosen" }, who, two, curve);
  return { root, colour, address, sends, receives, spark, share, note };
}
