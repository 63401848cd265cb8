/** Rows of the right panel: somebody or a flow, both directions as bars, a number. */
import { shorten, tailOf } from "../address";
import { insideColour, rimColour } from "../colour";
import { keep, make, part, say, setBar, swatch } from "../dom";
import type { Exchange } from "../exchanges";
import { amountText, type Measure } from "../format";
import type { Grouping } from "../state";
import { networkKey } from "../things";

/** Of what has no colour of its own while networks have. */
const NEUTRAL = "var(--bar2)";
/** Characters of an address that fit in a row. */
const ROOM = 15;

export interface RowChoices {
  readonly measure: Measure;
  readonly choose: (key: string) => void;
  readonly names: ReadonlyMap<string, string>;
  /** What colours mean. */
  readonly grouping: Grouping;
  /** Keys that the culprit's mark is due to. */
  readonly marked: ReadonlySet<string>;
}

/** Peers with what they send (above) and receive (below), each bar to the same scale. */
export function drawPeerRows(
  list: HTMLElement,
  rows: readonly Exchange[],
  number: (one: Exchange) => number,
  choices: RowChoices,
): void {
  drawBars(list, rows, number, choices, ({ key, address }) => {
    const name = named(address, shorten(address, ROOM), choices);
    const colour = choices.grouping === "peer" ? rimColour(key) : NEUTRAL;
    const title = `Choose ${address}`;
    const row = button("row", title, key, choices, swatch(colour), name, bars(colour));
    row.dataset.talker = address;
    return row;
  });
}

/** Endpoints with their network. */
export function drawEndpointRows(
  list: HTMLElement,
  rows: readonly Exchange[],
  number: (one: Exchange) => number,
  choices: RowChoices,
): void {
  drawBars(list, rows, number, choices, ({ key, peer, address, vni }) => {
    const name = address === "" ? "no IP" : shorten(address, ROOM);
    const colour = insideColour(choices.grouping === "peer" ? peer : networkKey(vni), 0);
    const row = button(
      "row endpoint",
      `Choose ${address === "" ? "traffic without inner addresses" : address}, behind ${peer}`,
      key,
      choices,
      address === "" ? make("span", { class: "dim" }, name) : named(address, name, choices),
      make("span", { class: "mono dim" }, vni === null ? "" : String(vni)),
      bars(colour),
    );
    row.dataset.behind = key;
    return row;
  });
}

export interface FlowRow {
  readonly key: string;
  readonly peer: string;
  readonly from: string;
  readonly to: string;
  readonly vni: number | null;
  readonly amount: number;
}

/** Single flows: who to whom in which network. */
export function drawFlowRows(
  list: HTMLElement,
  rows: readonly FlowRow[],
  choices: RowChoices,
): void {
  keep(
    list,
    rows,
    ({ key }) => key,
    ({ key, peer, from, to, vni }) => {
      const way = make(
        "span",
        { class: "mono" },
        from,
        make("span", { class: "dim" }, ` → ${shorten(tailOf(from, to, 2), ROOM)}`),
      );
      const network = make("span", { class: "mono dim" }, vni === null ? "" : String(vni));
      const title = `Choose ${from} → ${to}`;
      const colour = rimColour(choices.grouping === "peer" ? peer : networkKey(vni));
      const row = button("row flow", title, key, choices, swatch(colour), way, network);
      row.dataset.flow = `${from}|${to}`;
      return row;
    },
    (row, { key, amount, from, to }) => {
      const said = amountText(amount, choices.measure);
      say(part(row, "amount"), said);
      say(part(row, "unseen"), `${from} to ${to}: ${said}`);
      row.classList.toggle("marked", choices.marked.has(key));
    },
  );
}

function drawBars(
  list: HTMLElement,
  rows: readonly Exchange[],
  number: (one: Exchange) => number,
  { measure, marked }: RowChoices,
  create: (one: Exchange) => HTMLElement,
): void {
  const most = Math.max(...rows.flatMap(({ sent, received }) => [sent, received]), 1e-12);
  keep(
    list,
    rows,
    ({ key }) => key,
    create,
    (row, one) => {
      setBar(part(row, "sent"), one.sent / most);
      setBar(part(row, "received"), one.received / most);
      say(part(row, "amount"), amountText(number(one), measure));
      const [out, into] = [amountText(one.sent, measure), amountText(one.received, measure)];
      const name = one.address === "" ? "no inner address" : one.address;
      say(part(row, "unseen"), `${name}: ${out} sent, ${into} received`);
      row.classList.toggle("marked", marked.has(one.key));
    },
  );
}

/** An address, and below it what it is called. */
function named(address: string, shown: string, { names }: RowChoices): HTMLElement {
  const node = make("span", { class: "mono" }, shown);
  const name = names.get(address);
  if (name !== undefined) node.append(make("i", { class: "alias", title: name }, name));
  return node;
}

/** A row with an amount at its end: short for the eye, a whole sentence for who listens. */
function button(
  name: string,
  title: string,
  key: string,
  { choose }: RowChoices,
  ...children: HTMLElement[]
): HTMLElement {
  const seen = [...children, make("b", { class: "amount" })];
  for (const child of seen) child.setAttribute("aria-hidden", "true");
  const row = make("button", { class: name, title }, ...seen, make("span", { class: "unseen" }));
  row.addEventListener("click", () => {
    choose(key);
  });
  return row;
}

function bars(colour: string): HTMLElement {
  const both = make("span", { class: "both" });
  for (const name of ["sent", "received"]) {
    const bar = make("span", { class: name });
    bar.style.background = colour;
    both.append(bar);
  }
  return both;
}
