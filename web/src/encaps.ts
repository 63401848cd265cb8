/** The layers of a packet, from the outside in, as chips of the encapsulation path. */
import { isV6 } from "./address";

export interface PathChip {
  readonly text: string;
  /** Whether it is the tunnel's own header. */
  readonly isTunnel: boolean;
}

/** What each tunnel is carried by, and what it carries; "udp" has its port added. */
const AROUND: Readonly<
  Record<string, readonly [outer: readonly string[], inner: readonly string[]]>
> = {
  vxlan: [["udp"], ["eth"]],
  "vxlan-gpe": [["udp"], ["eth"]],
  geneve: [["udp"], ["eth"]],
  gtpu: [["udp"], []],
  gre: [[], []],
  gretap: [[], ["eth"]],
  nvgre: [[], ["eth"]],
  erspan1: [["gre"], ["eth"]],
  erspan2: [["gre"], ["eth"]],
  erspan3: [["gre"], ["eth"]],
  etherip: [[], ["eth"]],
};
/** IP in IP has no header of its own: the second IP header says it all. */
const BARE = ["ipip", "sit", "ip4ip6", "ip6ip6"];

/** @param ports of UDP, that the encapsulation is read on. */
export function pathChips(
  encap: string,
  outer: string,
  inner: string,
  ports: readonly number[],
): PathChip[] {
  const chip = (text: string): PathChip => ({ text, isTunnel: false });
  const ip = (address: string): PathChip => chip(isV6(address) ? "ip6" : "ip");
  const tunnel = { text: encap, isTunnel: true };
  const [before, after] = AROUND[encap] ?? [ports.length > 0 ? ["udp"] : [], []];
  // Of several ports nobody has told which one it was.
  const udp = ports.length === 1 ? `udp ${String(ports[0])}` : "udp";
  const carrier = before.map((text) => chip(text === "udp" ? udp : text));
  const own = BARE.includes(encap) ? [{ ...ip(inner), isTunnel: true }] : [...carrier, tunnel];
  const inside = BARE.includes(encap)
    ? []
    : [...after.map(chip), ...(inner === "" ? [] : [ip(inner)])];
  return [chip("eth"), ip(outer), ...own, ...inside];
}
