/** The columns: what stands in their heads, how wide they are, how a cell is filled. */
import { amountIn, type Amount } from "../amounts";
import { shorten, tailOf } from "../address";
import { rimColour } from "../colour";
import { make, part, say, setBar, swatch } from "../dom";
import { amountText, DASH, shareText, type Measure } from "../format";
import { networkKey } from "../things";
import type { Row, RowKind, Sort } from "./rows";

/** What cells are filled from. */
export interface Content {
  readonly measure: Measure;
  readonly elapsed_s: number;
  /** What all of the interface carried, in the measure's unit. */
  readonly all: number;
  /** The largest line's amount. */
  readonly most: number;
  /** Of the addresses that have one. */
  readonly names: ReadonlyMap<string, string>;
}

export interface Column {
  /** Also the class of its cells. */
  readonly name: string;
  readonly title: (measure: Measure) => string;
  /** Null for what cannot be sorted by. */
  readonly sort: ((measure: Measure) => Sort) | null;
  readonly isNumber: boolean;
  /** Its part of the width. */
  readonly width: number;
  readonly make: () => HTMLElement[];
  readonly fill: (cell: HTMLElement, row: Row, content: Content) => void;
}

/** Longest address in a cell: more are shortened in the middle, and whole in the title. */
const LONGEST = 17;

const outer: Column = pair("outer", "Outer source → destination", "outer_src", "outer_dst", 23);
const inner: Column = pair("inner", "Inner source → destination", "inner_src", "inner_dst", 28);

const sender: Column = {
  ...{ name: "sender", sort: () => "outer_src", isNumber: false, width: 24 },
  title: () => "Sending peer",
  make: () => [swatch(""), make("span", { class: "from mono" }), alias()],
  fill: (cell, { outer_src }, { names }) => {
    colour(cell, outer_src ?? "");
    sayAddress(part(cell, "from"), outer_src ?? "", "not known");
    sayAliases(cell, names, outer_src ?? "");
  },
};

const vni: Column = {
  ...{ name: "vni", sort: () => "vni", isNumber: true, width: 8 },
  title: () => "VNI",
  make: () => [make("span", { class: "mono" })],
  fill: (cell, row) => {
    say(part(cell, "mono"), row.vni === null ? DASH : String(row.vni));
  },
};

const network: Column = {
  ...vni,
  ...{ name: "network", isNumber: false, width: 16 },
  title: () => "Virtual network",
};

const encap: Column = {
  ...{ name: "encap", sort: () => "encap", isNumber: false, width: 9 },
  title: () => "Encap",
  make: () => [make("span", { class: "mono dim" })],
  fill: (cell, row) => {
    say(part(cell, "mono"), row.encap ?? "");
  },
};

const bits: Column = amount("bits", "bits", 12);
const packets: Column = amount("packets", "packets", 11);

const bar: Column = {
  ...{ name: "bar", sort: null, isNumber: false, width: 9 },
  title: () => "",
  make: () => [make("span", { class: "track" }, make("span", { class: "fill" }))],
  fill: (cell, row, content) => {
    const fill = part(cell, "fill");
    const own = amountIn(content.measure, content.elapsed_s)(row);
    setBar(fill, content.most > 0 ? own / content.most : 0);
    fill.style.background = rimColour(row.outer_src ?? networkKey(row.vni));
  },
};

const share: Column = {
  ...{ name: "share", sort: null, isNumber: true, width: 8 },
  title: () => "Share",
  make: () => [make("span", { class: "dim text" })],
  fill: (cell, row, { measure, elapsed_s, all }) => {
    say(part(cell, "text"), shareText(amountIn(measure, elapsed_s)(row), all));
  },
};

const COLUMNS: Readonly<Record<RowKind, readonly Column[]>> = {
  flows: [outer, encap, vni, inner, bits, bar, packets, share],
  tunnels: [outer, encap, vni, bits, bar, packets, share],
  peers: [sender, bits, bar, packets, share],
  networks: [network, encap, bits, bar, packets, share],
};

export function columnsOf(kind: RowKind): readonly Column[] {
  return COLUMNS[kind];
}

/** By what a table is sorted until somebody chooses: the largest first. */
export function usualSort({ unit, size }: Measure): Sort {
  if (unit === "packets") return "packets";
  return size === "inner" ? "inner_bytes" : "bytes";
}

/** Sender and receiver in one cell; their colours only with outer addresses. */
function pair(
  name: "outer" | "inner",
  title: string,
  from: "outer_src" | "inner_src",
  to: "outer_dst" | "inner_dst",
  width: number,
): Column {
  const square = (): HTMLElement[] => (name === "outer" ? [swatch("")] : []);
  return {
    ...{ name, sort: () => from, isNumber: false, width },
    title: () => title,
    make: () => [
      ...square(),
      make("span", { class: "from mono" }),
      alias(),
      make("span", { class: "dim arrow" }, "→"),
      ...square(),
      make("span", { class: "to mono" }),
      alias(),
    ],
    fill: (cell, row, { names }) => {
      const [sender, receiver] = [row[from] ?? "", row[to] ?? ""];
      if (name === "outer") colour(cell, sender, receiver);
      const none = name === "outer" ? "not known" : "no address";
      sayAddress(part(cell, "from"), sender, none);
      const end = part(cell, "to");
      sayAddress(end, name === "outer" ? tailOf(sender, receiver, 1) : receiver, none);
      end.title = receiver;
      sayAliases(cell, names, sender, receiver);
    },
  };
}

function amount(name: "bits" | "packets", unit: "bits" | "packets", width: number): Column {
  const own = (measure: Measure): Measure => ({ ...measure, unit });
  const titles = {
    bits: ({ period, size }: Measure): string => `${period === "rate" ? "Rate" : "Bytes"}, ${size}`,
    packets: ({ period }: Measure): string => (period === "rate" ? "Packets/s" : "Packets"),
  };
  return {
    ...{ name, isNumber: true, width },
    sort: (measure) => usualSort(own(measure)),
    title: titles[name],
    make: () => [make("span", { class: "text" })],
    fill: (cell, row, { measure, elapsed_s }) => {
      const value: Amount = amountIn(own(measure), elapsed_s);
      say(part(cell, "text"), amountText(value(row), own(measure)));
    },
  };
}

/** What an address is called; empty where it has no name. */
function alias(): HTMLElement {
  return make("span", { class: "alias" });
}

function sayAliases(
  cell: HTMLElement,
  names: ReadonlyMap<string, string>,
  ...addresses: readonly string[]
): void {
  cell.querySelectorAll(".alias").forEach((node, i) => {
    say(node, names.get(addresses[i] ?? "") ?? "");
  });
}

function colour(cell: HTMLElement, ...keys: readonly string[]): void {
  const squares = cell.querySelectorAll<HTMLElement>(".swatch");
  squares.forEach((square, i) => {
    square.style.background = rimColour(keys[i] ?? "");
  });
}

function sayAddress(node: HTMLElement, address: string, none: string): void {
  say(node, address === "" ? none : shorten(address, LONGEST));
  node.classList.toggle("mono", address !== "");
  node.classList.toggle("dim", address === "");
  node.title = address.length > LONGEST ? address : "";
}
