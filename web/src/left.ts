/** The left panel: virtual networks with their rates, encapsulations, what is shown, the ledger. */
import { sum } from "./amounts";
import type { Segment } from "./api";
import { byId, drawing, keep, make, part, say, setBar } from "./dom";
import { amountText, countText, DASH, shareText } from "./format";
import { account, outcomeName, type Account } from "./ledgers";
import type { Place } from "./matrix";
import type { Selection, VniChoice } from "./state";
import type { View } from "./view";

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

export function drawLeft(view: View, selection: Selection, choose: (vni: VniChoice) => void): void {
  const { segments } = view.drain;
  drawNetworks(networksOf(segments, view), selection, view, choose);
  drawFacts(byId("encaps", HTMLElement), encapFacts(segments, view));
  drawFacts(byId("shown", HTMLElement), shownFacts(view));
  drawFacts(byId("ledger", HTMLElement), ledgerFacts(account(view.drain.ledger)));
}

function networksOf(segments: readonly Segment[], view: View): Network[] {
  const networks = new Map<number | "none", Network>();
  for (const segment of segments) {
    const choice = segment.vni ?? "none";
    const before = networks.get(choice);
    networks.set(choice, {
      choice,
      endpoints: (before?.endpoints ?? 0) + segment.endpoints,
      amount: (before?.amount ?? 0) + view.amount(segment),
    });
  }
  const order = (choice: number | "none"): number => (choice === "none" ? Infinity : choice);
  return [...networks].sort(([a], [b]) => order(a) - order(b)).map(([, network]) => network);
}

function drawNetworks(
  networks: readonly Network[],
  selection: Selection,
  view: View,
  choose: (vni: VniChoice) => void,
): void {
  const all = { choice: null, endpoints: 0, amount: view.all };
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
      row.setAttribute("aria-pressed", String(selection.vni === choice));
      const things = `${endpoints} endpoint${endpoints === 1 ? "" : "s"}`;
      say(part(row, "endpoints"), choice === null ? "" : things);
      say(part(row, "amount"), amountText(amount, view.measure));
      setBar(part(row, "fill"), amount / most);
    },
  );
}

function networkButton(choice: VniChoice, choose: (vni: VniChoice) => void): HTMLElement {
  const name = choice === null ? "All" : choice === "none" ? "no VNI" : String(choice);
  const button = make(
    "button",
    { class: "network", "data-vni": choice === null ? "all" : String(choice) },
    make(
      "span",
      { class: "line" },
      make("b", { class: typeof choice === "number" ? "mono" : "" }, name),
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

function encapFacts(segments: readonly Segment[], view: View): Fact[] {
  const amounts = new Map<string, number>();
  for (const segment of segments) {
    amounts.set(segment.encap, (amounts.get(segment.encap) ?? 0) + view.amount(segment));
  }
  if (amounts.size === 0) return [{ name: "none seen", value: "" }];
  const all = sum(amounts.values());
  return [...amounts].map(([name, amount]) => ({ name, value: shareText(amount, all) }));
}

function shownFacts({ peers, endpoints }: View): Fact[] {
  const of = (kind: Place["kind"]): Place[] => peers.places.filter((place) => place.kind === kind);
  const [shown, groups] = [of("peer").length, of("group").length];
  const all = shown + sum(of("other").map(({ merged }) => merged));
  const facts = [{ name: "Peers", value: `${shown} of ${all}` }];
  if (groups > 0) facts.push({ name: "Multicast groups", value: `${groups}` });
  if (endpoints) {
    const own = endpoints.places.filter(({ kind }) => kind === "endpoint").length;
    const merged = sum(
      endpoints.places.map((place) => (place.kind === "other" ? place.merged : 0)),
    );
    facts.push({ name: "Endpoints", value: `${own} of ${own + merged}` });
  }
  return facts;
}

function ledgerFacts(sums: Account): Fact[] {
  const { residual, device, seen } = sums;
  const off = residual !== null && residual !== 0n;
  const inBuffers = sums.counts === "buffers" && seen.buffers !== seen.packets;
  const facts: Fact[] = [
    { name: outcomeName("flow"), value: countText(sums.flow) },
    { name: outcomeName("not_tunneled"), value: countText(sums.notTunneled) },
    ...sums.reasons.map(([name, packets]) => ({
      name: outcomeName(name),
      value: countText(packets),
    })),
    {
      name: "seen",
      value: countText(seen.packets),
      id: "ledger-seen",
      kind: off ? "sum off" : "sum",
    },
  ];
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
