/** What a filter means. A row fits, does not, or does not say enough to know: null. */

export interface And {
  readonly kind: "and";
  readonly parts: readonly Node[];
}
export interface Or {
  readonly kind: "or";
  readonly parts: readonly Node[];
}
export interface Not {
  readonly kind: "not";
  readonly part: Node;
}
/** Any of the columns has an address in any of the ranges, or none at all. */
export interface Addresses {
  readonly kind: "addresses";
  readonly columns: readonly AddressColumn[];
  readonly ranges: readonly Range[];
  /** Patterns of names. */
  readonly names: readonly string[];
  readonly absent: boolean;
}
export interface Vnis {
  readonly kind: "vnis";
  readonly ranges: readonly (readonly [first: number, last: number])[];
  readonly absent: boolean;
}
export interface Texts {
  readonly kind: "texts";
  readonly column: TextColumn;
  readonly patterns: readonly RegExp[];
}
export interface Compare {
  readonly kind: "compare";
  readonly measure: Measured;
  readonly sign: Sign;
  readonly value: number;
}
export type Node = And | Or | Not | Addresses | Vnis | Texts | Compare;

/** Addresses as numbers, IPv4 and IPv6 apart. */
export interface Range {
  readonly isV6: boolean;
  readonly first: bigint;
  readonly last: bigint;
}

export const OUTER = ["outer_src", "outer_dst"] as const;
export const INNER = ["inner_src", "inner_dst"] as const;
export const TEXTS = ["encap", "path", "direction", "interface", "host"] as const;
export const MEASURED = ["rate", "packet_rate", "bytes", "packets"] as const;
export const SIGNS = [">=", "<=", ">", "<"] as const;

export type AddressColumn = (typeof OUTER)[number] | (typeof INNER)[number];
export type TextColumn = (typeof TEXTS)[number];
export type Measured = (typeof MEASURED)[number];
export type Sign = (typeof SIGNS)[number];

/** Which columns the words before the colon look at. */
export const ADDRESS_KEYS: ReadonlyMap<string, readonly AddressColumn[]> = new Map<
  string,
  readonly AddressColumn[]
>([
  ["peer", OUTER],
  ["outer", OUTER],
  ["outer_src", ["outer_src"]],
  ["outer_dst", ["outer_dst"]],
  ["endpoint", INNER],
  ["inner", INNER],
  ["inner_src", ["inner_src"]],
  ["inner_dst", ["inner_dst"]],
  ["address", [...OUTER, ...INNER]],
]);

/** A filter that means nothing: where, and why. */
export class FilterError extends Error {
  readonly start: number;
  readonly length: number;

  constructor(why: string, start: number, length: number) {
    super(why);
    this.start = start;
    this.length = length;
  }
}

/** All nodes that look at a row themselves. */
export function leavesOf(node: Node): Node[] {
  if (node.kind === "not") return leavesOf(node.part);
  if (node.kind === "and" || node.kind === "or") return node.parts.flatMap(leavesOf);
  return [node];
}
