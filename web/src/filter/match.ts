/** Which rows a filter means, for the rows that the page holds. */
import { parseFilter } from "./parse";
import {
  FilterError,
  INNER,
  leavesOf,
  type AddressColumn,
  type Addresses,
  type Compare,
  type Node,
  type Sign,
  type TextColumn,
} from "./tree";
import { numberOf, patternOf } from "./values";

/** What a row may say; what it does not have it does not tell. */
export interface Told extends Partial<Record<AddressColumn | TextColumn, string>> {
  readonly vni: number | null;
  readonly packets: number;
  readonly bytes: number;
}

/** What rows do not say themselves. */
export interface Setting {
  /** Seconds that the window lasts. */
  readonly elapsed_s: number;
  /** The name of an address; null for none. */
  readonly nameOf: (address: string) => string | null;
}

/** True or false; null where the row does not tell enough. */
export type Verdict = boolean | null;

/** A filter that cannot be read lets everything through: the one before it is still in force. */
export function readFilter(text: string): Node | null {
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) return null;
    throw error;
  }
}

/** What is wrong with a filter as far as the page can tell; null if nothing is. */
export function readMistake(
  text: string,
): { readonly error: string; readonly start: number; readonly length: number } | null {
  try {
    parseFilter(text);
    return null;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { error: error.message, start: error.start, length: error.length };
  }
}

/** Whether tunnels alone are not enough to judge: it looks at inner addresses or at counts. */
export function needsFlows(node: Node | null): boolean {
  if (node === null) return false;
  return leavesOf(node).some(
    (leaf) =>
      leaf.kind === "compare" ||
      (leaf.kind === "addresses" && leaf.columns.some((column) => isInner(column))),
  );
}

export function judge(node: Node | null, row: Told, setting: Setting): Verdict {
  switch (node?.kind) {
    case undefined:
      return true;
    case "and":
      return all(node.parts, row, setting);
    case "or": {
      const none = all(
        node.parts.map((part) => ({ kind: "not", part })),
        row,
        setting,
      );
      return none === null ? null : !none;
    }
    case "not": {
      const verdict = judge(node.part, row, setting);
      return verdict === null ? null : !verdict;
    }
    case "addresses":
      return anyAddress(node, row, setting);
    case "vnis": {
      const { vni } = row;
      if (vni === null) return node.absent;
      return node.ranges.some(([first, last]) => vni >= first && vni <= last);
    }
    case "texts": {
      const text = row[node.column];
      return text === undefined ? null : node.patterns.some((pattern) => pattern.test(text));
    }
    case "compare":
      return compares(node, row, setting);
  }
}

/** False as soon as one is, null where it hangs on what is not told. */
function all(parts: readonly Node[], row: Told, setting: Setting): Verdict {
  let verdict: Verdict = true;
  for (const part of parts) {
    const one = judge(part, row, setting);
    if (one === false) return false;
    if (one === null) verdict = null;
  }
  return verdict;
}

function anyAddress(node: Addresses, row: Told, setting: Setting): Verdict {
  const verdicts = node.columns.map((column): Verdict => {
    const address = row[column];
    return address === undefined ? null : hasAddress(node, address, setting);
  });
  return verdicts.includes(true) ? true : verdicts.includes(null) ? null : false;
}

function hasAddress(
  { ranges, names, absent }: Addresses,
  address: string,
  setting: Setting,
): boolean {
  if (address === "") return absent;
  const found = numberOf(address);
  const isInRange = ranges.some(
    ({ isV6, first, last }) => found?.isV6 === isV6 && found.value >= first && found.value <= last,
  );
  if (isInRange || names.length === 0) return isInRange;
  const name = setting.nameOf(address);
  return name !== null && names.some((pattern) => patternOf(pattern).test(name));
}

function compares({ measure, sign, value }: Compare, row: Told, { elapsed_s }: Setting): boolean {
  const count = measure === "packets" || measure === "packet_rate" ? row.packets : row.bytes;
  if (measure === "packets" || measure === "bytes") return DECIDE[sign](count, value);
  // Both sides times the seconds, so that no rounding decides at the very limit.
  return DECIDE[sign](measure === "rate" ? count * 8 : count, value * elapsed_s);
}

const DECIDE: Record<Sign, (left: number, right: number) => boolean> = {
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

function isInner(column: AddressColumn): boolean {
  return INNER.some((one) => one === column);
}
