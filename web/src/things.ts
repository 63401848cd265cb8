/**
 * What can be chosen, as keys: the same thing has the same key in every drawing and drain.
 *
 *     172.16.1.106                           a peer, or a multicast group
 *     172.16.1.106/vxlan:10002               what it has in one network
 *     172.16.1.106/vxlan:10002/192.168.2.7   an endpoint behind it; the last part may be empty
 *     172.16.1.106/other                     endpoints behind it that are added up
 *     vni:10002, vni:none                    a network
 *     vni:10002/other                        peers or endpoints of it that are added up
 *     groups                                 multicast and broadcast addresses of the underlay
 *     first, other                           the biggest set aside; the rest, added up
 *     KEY|KEY                                both directions between two of them
 */

/** One of two ends, or alone. */
export interface Thing {
  readonly key: string;
  readonly kind: "peer" | "part" | "endpoint" | "others" | "network" | "groups" | "first" | "other";
  /** Outer address; "" for a network, and for "other". */
  readonly peer: string;
  readonly encap: string;
  readonly vni: number | null;
  /** Inner address; "" for all that is none, and where there is no inner IP header. */
  readonly address: string;
}

export const OTHER = "other";
export const FIRST = "first";
export const GROUPS = "groups";

export function endpointKey(
  peer: string,
  encap: string,
  vni: number | null,
  address: string,
): string {
  return `${partKey(peer, encap, vni)}/${address}`;
}

/** What a peer has in one network. */
export function partKey(peer: string, encap: string, vni: number | null): string {
  return `${peer}/${encap}:${vni ?? "none"}`;
}

/** What is added up inside an arc of the rim. */
export function othersKey(rim: string): string {
  return rim === OTHER ? OTHER : `${rim}/${OTHER}`;
}

export function networkKey(vni: number | null): string {
  return `vni:${vni ?? "none"}`;
}

/** The key of both directions between two places, `a` being the earlier one. */
export function pairKey(a: string, b: string): string {
  return `${a}|${b}`;
}

/** The one or two things of a key; empty for a text that is none. */
export function thingsOf(key: string): Thing[] {
  const things = key.split("|").map(thingOf);
  return things.length > 2 || things.includes(null) ? [] : things.filter((one) => one !== null);
}

export function isKey(text: string): boolean {
  return thingsOf(text).length > 0;
}

const WORDS = ["groups", "first", "other"] as const;
const NETWORK = /^vni:(none|\d{1,10})(\/other)?$/;
const PEER =
  /^([0-9a-fA-F.:]{2,45})(?:\/(other)|\/([a-z0-9-]+):(none|\d{1,10})(?:\/([0-9a-fA-F.:]{0,45}))?)?$/;

function thingOf(key: string): Thing | null {
  const word = WORDS.find((one) => one === key);
  const nothing = { key, peer: "", encap: "", vni: null, address: "" };
  if (word !== undefined) return { ...nothing, kind: word };
  const network = NETWORK.exec(key);
  if (network !== null) {
    const kind = network[2] === undefined ? "network" : "others";
    return { ...nothing, kind, vni: numberOf(network[1]) };
  }
  const match = PEER.exec(key);
  if (match === null) return null;
  const [, peer = "", others, encap = "", vni, address] = match;
  const thing = { key, peer, encap, vni: numberOf(vni), address: address ?? "" };
  if (others !== undefined) return { ...thing, kind: "others" };
  if (encap === "") return { ...thing, kind: "peer" };
  return { ...thing, kind: address === undefined ? "part" : "endpoint" };
}

function numberOf(word: string | undefined): number | null {
  return word === undefined || word === "none" ? null : Number(word);
}
