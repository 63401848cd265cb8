/** The same rows as the diagram, as a table: tunnels, or the flows of the open peer. */
import { amountIn, sum } from "./amounts";
import type { Flow, Tunnel } from "./api";
import { rimColour } from "./colour";
import { keep, make, part, say, swatch } from "./dom";
import { amountText, countText, DASH, shareText, type Measure } from "./format";
import { flowKey, tunnelKey } from "./roster";
import type { Drawing, Kind, Tools, Twin } from "./drawing";
import { unitName } from "./pairs";
import type { Selection, UnitName } from "./state";
import { focusOf } from "./traffic";
import { isTouched, SteadyOrder } from "./steady";
import type { Traffic } from "./traffic";

/** Rows drawn; the last line says what the others add up to. */
const MOST_ROWS = 500;

interface Row {
  readonly key: string;
  readonly tunnel: Tunnel;
  /** Null in the table of tunnels. */
  readonly flow: Flow | null;
  readonly amount: number;
}

interface Column {
  readonly name: string;
  readonly kind: string;
  /** The unit by which this column is sorted. */
  readonly unit?: UnitName;
}

export const table: Kind = {
  name: "table",
  title: "Table",
  about: "Tunnels or flows as rows, biggest first",
  make: (panel, tools) => new Table(panel, tools),
};

class Table implements Drawing {
  private readonly body = make("tbody");
  private readonly head = make("tr");
  private readonly sum = make("div", { class: "table-sum" });
  private readonly caption = make("caption", { class: "unseen" });
  private readonly order = new SteadyOrder();
  private readonly tools: Tools;
  private shown = "";

  constructor(root: HTMLElement, tools: Tools) {
    this.tools = tools;
    const table = make("table", {}, this.caption, make("thead", {}, this.head), this.body);
    const scroller = make(
      "div",
      { class: "table", "aria-label": "Rows", "data-role": "table" },
      table,
    );
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    root.append(scroller, this.sum);
  }

  draw(traffic: Traffic, selection: Selection): void {
    const open = focusOf(selection) !== null;
    const about = JSON.stringify([open, selection.filter, traffic.measure]);
    if (about !== this.shown) this.drawHead(open, traffic.measure);
    this.shown = about;
    const sorted = rowsOf(traffic, open).sort((a, b) => b.amount - a.amount);
    const touched = isTouched(this.body);
    const rows = this.order.apply(about, sorted, ({ key }) => key, touched, performance.now());
    const drawn = rows.slice(0, MOST_ROWS);
    this.drawRows(drawn, traffic);
    this.drawSum(traffic, drawn, open);
  }

  twin(traffic: Traffic, selection: Selection): Twin {
    const unit = unitName(traffic.measure);
    return {
      caption: "Tunnels or flows, by direction",
      columns: [
        ...["Inner source", "Inner destination", "Outer source", "Outer destination"].map(
          (name) => ({
            name,
          }),
        ),
        { name: "VNI" },
        { name: "Encapsulation" },
        { name: "Sent", unit },
      ],
      rows: rowsOf(traffic, focusOf(selection) !== null).map(({ tunnel, flow, amount }) => [
        flow?.inner_src ?? null,
        flow?.inner_dst ?? null,
        tunnel.outer_src,
        tunnel.outer_dst,
        tunnel.vni,
        tunnel.encap,
        amount,
      ]),
    };
  }

  private drawHead(open: boolean, { unit, period }: Measure): void {
    const cells = columns(open, period === "rate").map((column) => {
      const cell = make("th", { class: column.kind }, column.name);
      cell.scope = "col";
      if (column.unit === unit) cell.setAttribute("aria-sort", "descending");
      return cell;
    });
    this.head.replaceChildren(...cells);
    this.body.replaceChildren();
    say(this.caption, open ? "Flows from and to the open peer" : "Tunnels, by direction");
  }

  private drawRows(rows: readonly Row[], traffic: Traffic): void {
    const { size, period } = traffic.measure;
    const [bits, packets] = [
      { unit: "bits", size, period } as const,
      { unit: "packets", size, period } as const,
    ];
    const inBits = amountIn(bits, traffic.drain.elapsed_s);
    const inPackets = amountIn(packets, traffic.drain.elapsed_s);
    keep(
      this.body,
      rows,
      ({ key }) => key,
      (row) => this.newRow(row),
      (node, { tunnel, amount }) => {
        say(part(node, "in-bits"), amountText(inBits(tunnel), bits));
        say(part(node, "in-packets"), amountText(inPackets(tunnel), packets));
        say(part(node, "column-share"), shareText(amount, traffic.total));
      },
    );
  }

  private newRow({ tunnel, flow }: Row): HTMLElement {
    const number = (name: string): HTMLElement => make("td", { class: `n ${name}` });
    return make(
      "tr",
      {},
      ...(flow ? [inner(flow.inner_src), inner(flow.inner_dst)] : []),
      this.peerCell(tunnel.outer_src, flow !== null),
      this.peerCell(tunnel.outer_dst, flow !== null),
      make("td", { class: "n mono" }, tunnel.vni === null ? DASH : String(tunnel.vni)),
      make("td", { class: "mono column-encap" }, tunnel.encap),
      number("in-bits"),
      number("in-packets"),
      number("column-share"),
    );
  }

  private peerCell(peer: string, isExtra: boolean): HTMLElement {
    const attributes = { class: "mono", title: `Choose ${peer}` };
    const button = make("button", attributes, swatch(rimColour(peer)), peer);
    button.addEventListener("click", () => {
      this.tools.choose({ chosen: peer });
    });
    return make("td", { class: isExtra ? "column-peer" : "" }, button);
  }

  private drawSum(traffic: Traffic, drawn: readonly Row[], open: boolean): void {
    const own = sum(drawn.map(({ amount }) => amount));
    const rest = traffic.total - own;
    const bold = (amount: number): HTMLElement =>
      make("b", {}, amountText(amount, traffic.measure));
    const things = `${countText(drawn.length)} ${open ? "flows" : "tunnels"} `;
    const parts: (Node | string)[] = [things, bold(own)];
    // Sums of rates carry rounding errors.
    if (rest > traffic.total * 1e-9) parts.push(" + not listed ", bold(rest));
    this.sum.replaceChildren(...parts, " = all ", bold(traffic.total));
  }
}

function columns(open: boolean, isRate: boolean): readonly Column[] {
  const inside: readonly Column[] = [
    { name: "From", kind: "" },
    { name: "To", kind: "" },
  ];
  return [
    ...(open ? inside : []),
    { name: "Sending peer", kind: open ? "column-peer" : "" },
    { name: "Receiving peer", kind: open ? "column-peer" : "" },
    { name: "VNI", kind: "n" },
    { name: "Encapsulation", kind: "column-encap" },
    { name: isRate ? "Bits" : "Bytes", kind: "n", unit: "bits" },
    { name: "Packets", kind: "n in-packets", unit: "packets" },
    { name: "Share", kind: "n column-share" },
  ];
}

function rowsOf(traffic: Traffic, open: boolean): Row[] {
  if (open) {
    return traffic.flows.map((flow) => ({
      key: flowKey(flow),
      tunnel: flow,
      flow,
      amount: traffic.amount(flow),
    }));
  }
  return traffic.tunnels.map((tunnel) => ({
    key: tunnelKey(tunnel),
    tunnel,
    flow: null,
    amount: traffic.amount(tunnel),
  }));
}

function inner(address: string): HTMLElement {
  return make(
    "td",
    { class: address === "" ? "dim" : "mono" },
    address === "" ? "no address" : address,
  );
}
