/** The layers of a packet, from the outside in, as chips of the encapsulation path. */
import { isV6 } from "./address";

export interface PathChip {
  readonly text: string;
  /** Whether it is a tunnel's own header. */
  readonly isTunnel: boolean;
}

interface Around {
  /** What carries the tunnel's header; "udp" has its port added. */
  readonly by: readonly string[];
  /** What it carries before the next IP header. */
  readonly inside: readonly string[];
}

/** As docs/reference/encapsulations.md has them. */
const AROUND: ReadonlyMap<string, Around> = new Map([
  ["vxlan", { by: ["udp"], inside: ["eth"] }],
  ["vxlan-gpe", { by: ["udp"], inside: ["eth"] }],
  ["geneve", { by: ["udp"], inside: ["eth"] }],
  ["gtpu", { by: ["udp"], inside: [] }],
  ["gretap", { by: [], inside: ["eth"] }],
  ["nvgre", { by: [], inside: ["eth"] }],
  ["erspan1", { by: ["gre"], inside: ["eth"] }],
  ["erspan2", { by: ["gre"], inside: ["eth"] }],
  ["erspan3", { by: ["gre"], inside: ["eth"] }],
  ["etherip", { by: [], inside: ["eth"] }],
]);
/** IP in IP has no header of its own: the second IP header says it all. */
const BARE = ["ipip", "sit", "ip4ip6", "ip6ip6"];

/**
 * @param encaps the outermost first.
 * @param outer an address in front of the innermost tunnel header; `inner` one behind it, or "".
 * @param ports of UDP, by encapsulation.
 */
export function pathChips(
  encaps: readonly string[],
  outer: string,
  inner: string,
  ports: ReadonlyMap<string, readonly number[]>,
): PathChip[] {
  const chip = (text: string): PathChip => ({ text, isTunnel: false });
  const ip = (address: string): PathChip => chip(isV6(address) ? "ip6" : "ip");
  const chips = [chip("eth"), ip(outer)];
  for (const [i, encap] of encaps.entries()) {
    const isLast = i === encaps.length - 1;
    const next = isLast ? inner : outer;
    if (BARE.includes(encap)) {
      chips.push({ text: isV6(next) ? "ip6" : "ip", isTunnel: true });
      continue;
    }
    const own = ports.get(encap) ?? [];
    const { by, inside } = AROUND.get(encap) ?? { by: own.length > 0 ? ["udp"] : [], inside: [] };
    // Of several ports nobody has told which one it was.
    const udp = own.length === 1 ? `udp ${String(own[0])}` : "udp";
    chips.push(...by.map((text) => chip(text === "udp" ? udp : text)));
    chips.push({ text: encap, isTunnel: true }, ...inside.map(chip));
    if (next !== "") chips.push(ip(next));
  }
  return chips;
}
