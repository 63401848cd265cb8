/** Rows of the right panel: somebody, both directions as bars, the sum. */
import { shorten } from "./address";
import { insideColour, rimColour } from "./colour";
import { keep, make, part, say, setBar, swatch } from "./dom";
import { amountText, type Measure } from "./format";
import type { Exchange } from "./exchanges";

/** Characters of an address that fit in a row. */
const ROOM = 15;

/** Peers with what they send (above) and receive (below), each bar to the same scale. */
export function drawExchanges(
  list: HTMLElement,
  rows: readonly Exchange[],
  measure: Measure,
  choose: (key: string) => void,
): void {
  const most = Math.max(...rows.flatMap(({ sent, received }) => [sent, received]), 1e-12);
  keep(
    list,
    rows,
    ({ address }) => address,
    ({ address }) => exchangeRow(address, choose),
    (row, { address, sent, received }) => {
      setBar(part(row, "sent"), sent / most);
      setBar(part(row, "received"), received / most);
      say(part(row, "amount"), amountText(sent + received, measure));
      const [out, into] = [amountText(sent, measure), amountText(received, measure)];
      row.setAttribute("aria-label", `${address}: ${out} sent, ${into} received`);
    },
  );
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
export function drawFlowRows(list: HTMLElement, rows: readonly FlowRow[], measure: Measure): void {
  keep(
    list,
    rows,
    ({ key }) => key,
    ({ peer, from, to, vni }) =>
      make(
        "div",
        { class: "row flow", title: `${from} → ${to}`, "data-flow": `${from}|${to}` },
        swatch(rimColour(peer)),
        make(
          "span",
          { class: "mono" },
          from,
          make("span", { class: "dim" }, ` → ${tail(from, to)}`),
        ),
        make("span", { class: "mono dim" }, vni === null ? "" : String(vni)),
        make("b", { class: "amount" }),
      ),
    (row, { amount }) => {
      say(part(row, "amount"), amountText(amount, measure));
    },
  );
}

/** The endpoints behind one peer. */
export function drawEndpointRows(
  list: HTMLElement,
  rows: readonly Exchange[],
  peer: string,
  measure: Measure,
  choose: (key: string) => void,
): void {
  const most = Math.max(...rows.flatMap(({ sent, received }) => [sent, received]), 1e-12);
  keep(
    list,
    rows,
    ({ key }) => key,
    ({ key, address, vni }) => {
      const row = make(
        "button",
        { class: "row endpoint", title: address, "data-behind": key },
        make("span", { class: address === "" ? "dim" : "mono" }, shortName(address)),
        make("span", { class: "mono dim" }, vni === null ? "" : String(vni)),
        bars(insideColour(peer, 0)),
        make("b", { class: "amount" }),
      );
      row.addEventListener("click", () => {
        choose(key);
      });
      return row;
    },
    (row, { sent, received }) => {
      setBar(part(row, "sent"), sent / most);
      setBar(part(row, "received"), received / most);
      say(part(row, "amount"), amountText(sent + received, measure));
    },
  );
}

function exchangeRow(address: string, choose: (key: string) => void): HTMLElement {
  const row = make(
    "button",
    { class: "row", title: `Choose ${address}`, "data-talker": address },
    swatch(rimColour(address)),
    make("span", { class: "mono" }, shorten(address, ROOM)),
    bars(rimColour(address)),
    make("b", { class: "amount" }),
  );
  row.addEventListener("click", () => {
    choose(address);
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

function shortName(address: string): string {
  return address === "" ? "no IP" : shorten(address, ROOM);
}

/** The receiver without what it shares with the sender: ".2.3" of 192.168.2.3. */
function tail(from: string, to: string): string {
  if (to === "" || to.includes(":")) return shorten(to, ROOM);
  const [mine, other] = [from.split("."), to.split(".")];
  let shared = 0;
  while (shared < 2 && mine[shared] === other[shared]) shared += 1;
  return (shared > 0 ? "." : "") + other.slice(shared).join(".");
}
