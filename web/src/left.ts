/** The left panel: virtual networks with their rates, encapsulations, what is shown, the ledger. */
import { sum } from "./amounts";
import type { Segment } from "./api/drain";
import { byId, drawing, keep, make, part, say, setBar } from "./dom";
import { shorten } from "./address";
import { amountText, countText, DASH, shareText } from "./format";
import { rimColour } from "./colour";
import { account, outcomeName, type Account } from "./ledgers";
import type { Place } from "./matrix";
import { excludedOf, valueOf, withValue, without } from "./filter/edit";
import type { Selection } from "./state";

/** As a word of the filter has it: a number, "none", or null for all. */
type VniChoice = string | null;
import type { Traffic } from "./traffic";

/** One line of the list: a VNI, whatever the encapsulation, or all of them. */
interface Network {
  readonly choice: VniChoice;
  readonly endpoints: number;
  readonly amount: number;
}

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly id?: string;
  readonly kind?: "" | "sum" | "sum off" | "good" | "off";
}

const TICK = "M1.5 5.5 4 8 8.500 2.500";
const CROSS = "m3 3 6 6m0-6-6 6";

export class LeftPanel {
  private readonly choose: (change: Partial<Selection>) => void;

  constructor(choose: (change: Partial<Selection>) => void) {
    this.choose = choose;
  }

  draw(traffic: Traffic, selection: Selection): void {
    const { segments, ledger, status } = traffic.drain;
    drawNetworks(networksOf(segments, traffic), selection, traffic, (vni) => {
      const { filter } = selection;
      const isChosen = vni === valueOf(filter, "vni");
      this.choose({ filter: withValue(filter, "vni", isChosen ? null : vni) });
    });
    drawFacts(byId("encaps", HTMLElement), encapFacts(segments, traffic));
    drawFacts(byId("shown", HTMLElement), shownFacts(traffic, selection));
    this.drawExcluded(selection);
    const isFile = status.state === "file";
    // What an interface counted is known of now, and not of any stretch of the past.
    const isPast = isFile || selection.span !== null;
    const of = selection.span !== null ? "chosen time" : isFile ? "whole capture" : "since start";
    say(byId("ledger-of", HTMLElement), of);
    drawFacts(byId("ledger", HTMLElement), ledgerFacts(account(ledger), isPast));
  }

  /** Each can be let in again. */
  private drawExcluded(selection: Selection): void {
    const excluded = excludedOf(selection.filter);
    byId("excluded-part", HTMLElement).hidden = excluded.length === 0;
    keep(
      byId("excluded", HTMLElement),
      excluded,
      (word) => word,
      (word) => {
        const name = word.replace(/^(?:!|not )\s*/, "");
        const button = make("button", { title: `Let ${name} in again`, "data-excluded": name });
        button.append(
          make("span", { class: "mono" }, shorten(name, 24)),
          drawing(12, CROSS, "cross"),
        );
        return button;
      },
      (button, word) => {
        button.onclick = () => {
          this.choose({ filter: without(selection.filter, word) });
        };
      },
    );
  }
}

function networksOf(segments: readonly Segment[], traffic: Traffic): Network[] {
  const networks = new Map<string, Network>();
  for (const segment of segments) {
    const choice = String(segment.vni ?? "none");
    const before = networks.get(choice);
    networks.set(choice, {
      choice,
      endpoints: (before?.endpoints ?? 0) + segment.endpoints,
      amount: (before?.amount ?? 0) + traffic.amount(segment),
    });
  }
  const order = (choice: string): number => (choice === "none" ? Infinity : Number(choice));
  return [...networks].sort(([a], [b]) => order(a) - order(b)).map(([, network]) => network);
}

function drawNetworks(
  networks: readonly Network[],
  selection: Selection,
  traffic: Traffic,
  choose: (vni: VniChoice) => void,
): void {
  const all = { choice: null, endpoints: 0, amount: traffic.all };
  const most = Math.max(...networks.map(({ amount }) => amount), 1e-12);
  say(
    byId("network-count", HTMLElement),
    networks.length === 0 ? "none yet" : `${networks.length} seen`,
  );
  keep(
    byId("networks", HTMLElement),
    [all, ...networks],
    ({ choice }) => String(choice),
    ({ choice }) => networkButton(choice, choose),
    (row, { choice, endpoints, amount }) => {
      row.setAttribute("aria-pressed", String(valueOf(selection.filter, "vni") === choice));
      const things = `${endpoints} endpoint${endpoints === 1 ? "" : "s"}`;
      say(part(row, "endpoints"), choice === null ? "" : things);
      say(part(row, "amount"), amountText(amount, traffic.measure));
      const bar = part(row, "fill");
      setBar(bar, amount / most);
      const isColoured = selection.grouping === "vni" && choice !== null;
      bar.style.background = isColoured ? rimColour(`vni:${choice}`) : "";
    },
  );
}

function networkButton(choice: VniChoice, choose: (vni: VniChoice) => void): HTMLElement {
  const name = choice === null ? "All" : choice === "none" ? "no VNI" : choice;
  const button = make(
    "button",
    { class: "network", "data-vni": choice ?? "all" },
    make(
      "span",
      { class: "line" },
      make("b", { class: choice !== null && choice !== "none" ? "mono" : "" }, name),
      make("i", { class: "endpoints" }),
      make("span", { class: "amount" }),
    ),
    make("span", { class: "track" }, make("span", { class: "fill" })),
  );
  button.addEventListener("click", () => {
    // Choosing what is chosen already goes back to all.
    choose(button.getAttribute("aria-pressed") === "true" ? null : choice);
  });
  return button;
}

function encapFacts(segments: readonly Segment[], traffic: Traffic): Fact[] {
  const amounts = new Map<string, number>();
  for (const segment of segments) {
    amounts.set(segment.encap, (amounts.get(segment.encap) ?? 0) + traffic.amount(segment));
  }
  if (amounts.size === 0) return [{ name: "none seen", value: "" }];
  const all = sum(amounts.values());
  return [...amounts].map(([name, amount]) => ({ name, value: shareText(amount, all) }));
}

export function shownFacts(
  { rim, inside, drain, tunnels }: Traffic,
  { filter }: Selection,
): Fact[] {
  const of = (kind: Place["kind"]): Place[] => rim.places.filter((place) => place.kind === kind);
  const count = (places: readonly Place[]): number => sum(places.map(({ merged }) => merged));
  const what = of("network").length > 0 ? "network" : "peer";
  const shown = of(what).length;
  const all = shown + count(of("other")) + count(of("first"));
  const facts = [{ name: what === "peer" ? "Peers" : "Networks", value: `${shown} of ${all}` }];
  if (of("groups").length > 0) {
    facts.push({ name: "Multicast groups", value: String(count(of("groups"))) });
  }
  // What has no inner address is no endpoint, though it has an arc.
  const own = inside.places.filter(({ kind, address }) => kind === "endpoint" && address !== "");
  if (own.length > 0) {
    const others = inside.places.filter(
      (place) => place.kind === "other" && place.key !== place.rim,
    );
    facts.push({ name: "Endpoints", value: `${own.length} of ${own.length + count(others)}` });
  }
  const left = drain.tunnels_left;
  // Of the smallest only the sum is told: it is in "other", whoever sends it.
  if (left > 0) {
    const told = countText(tunnels.length);
    facts.push({
      name: "Largest tunnels",
      value: `${told} of ${countText(tunnels.length + left)}`,
    });
  }
  if (excludedOf(filter).length === 0) facts.push({ name: "Excluded", value: "none" });
  return facts;
}

function ledgerFacts(sums: Account, isPast: boolean): Fact[] {
  return [...outcomeFacts(sums), ...(isPast ? [] : deviceFacts(sums))];
}

function outcomeFacts(sums: Account): Fact[] {
  return [
    { name: outcomeName("flow"), value: countText(sums.flow) },
    { name: outcomeName("not_tunneled"), value: countText(sums.notTunneled) },
    ...sums.reasons.map(([name, packets]) => ({
      name: outcomeName(name),
      value: countText(packets),
    })),
    {
      name: "seen",
      value: countText(sums.seen.packets),
      id: "ledger-seen",
      kind: sums.differences.length > 0 ? "sum off" : "sum",
    },
  ];
}

/** What the interfaces say to it; where they differ, both numbers for each direction. */
function deviceFacts({ residual, device, seen, counts, differences }: Account): Fact[] {
  const off = differences.length > 0;
  const inBuffers = counts === "buffers" && seen.buffers !== seen.packets;
  const facts: Fact[] = [];
  if (inBuffers) facts.push({ name: "in buffers", value: countText(seen.buffers) });
  facts.push({
    name: inBuffers ? "interface, buffers" : "interface",
    value: device === null ? "gone" : countText(device),
    id: "ledger-device",
    kind: off ? "off" : "",
  });
  facts.push({
    name: "residual",
    value: residual === null ? DASH : countText(residual),
    id: "residual",
    kind: off ? "off" : residual === 0n ? "good" : "",
  });
  for (const { where, seen: ours, device: theirs } of differences) {
    facts.push({
      name: where,
      value: `${countText(ours)} ≠ ${countText(theirs)}`,
      kind: "off",
    });
  }
  return facts;
}

function drawFacts(list: HTMLElement, facts: readonly Fact[]): void {
  keep(
    list,
    facts,
    (fact) => fact.id ?? fact.name,
    (fact) => {
      const value = make("dd", fact.id === undefined ? {} : { id: fact.id, "data-role": fact.id });
      return make("div", {}, make("dt"), value);
    },
    (row, { name, value, kind }) => {
      const [term, definition] = row.children;
      if (!term || !definition) return;
      row.className = kind ?? "";
      say(term, name);
      if (kind === "good") sayGood(definition, value);
      else say(definition, value);
    },
  );
}

function sayGood(node: Element, text: string): void {
  if (node.textContent === text && node.querySelector(".tick")) return;
  node.replaceChildren(text, drawing(10, TICK, "tick"));
}
