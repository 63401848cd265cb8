/** The name of an address where a drawing writes both: ".101 gateway1". */
import { select } from "d3-selection";
import { shorten } from "./address";

/** An address, and the name behind it; "" for none. */
export type Named = readonly [address: string, alias: string];

/** Longest name that stands beside an address. */
const LONGEST = 12;
/** With room for less than this a name would tell nobody anything. */
const LEAST = 6;

/** @param room characters that are left for it; without, as long as a name may be. */
export function aliasOf(name: string, room = LONGEST): string {
  const most = Math.min(LONGEST, room);
  return name.length > most && most < LEAST ? "" : shorten(name, most);
}

/** Characters of both, with the space between them. */
export function lengthOf([address, alias]: Named): number {
  return address.length + (alias === "" ? 0 : 1 + alias.length);
}

export function writeNamed(node: SVGTextElement, [address, alias]: Named): void {
  select(node)
    .selectAll<SVGTSpanElement, string>("tspan")
    .data([address, alias === "" ? "" : ` ${alias}`])
    .join("tspan")
    .attr("class", (_, i) => (i === 0 ? "" : "alias"))
    .text((text) => text);
}
