/** What nodes and strands are called, and what they say. */
import { compareAddresses, shorten } from "../address";
import { aliasOf, type Named } from "../alias";
import { amountText, type Measure } from "../format";
import { pairKey, thingsOf } from "../things";
import { counted } from "../words";
import type { Node, Strand } from "./network";

/** Longest address beside a column. */
const LONGEST = 17;
/** Characters of an address and its name together: beyond stand the amounts. */
const ROOM = 16;

/** What addresses are called; see api.ts. */
export type Names = ReadonlyMap<string, string>;

/** Address and name beside a box: a named one leaves the prefix out as in the circle. */
export function namedNode(node: Node, prefix: string, names: Names): Named {
  const name = names.get(node.address) ?? "";
  const short = nodeName(node, prefix);
  const alias = name === "" ? "" : aliasOf(name, ROOM - short.length);
  return [alias === "" ? nodeName(node, "") : short, alias];
}

export function nodeName({ kind, address, vni, merged }: Node, prefix: string): string {
  switch (kind) {
    case "other":
      return merged === 0 || prefix !== "" ? "other" : `other (${String(merged)})`;
    case "first":
      return "the biggest";
    case "groups":
      return "groups";
    case "network":
      return vni === null ? "no VNI" : String(vni);
    default:
      return address === "" ? "no IP" : shorten(withoutPrefix(address, prefix), LONGEST);
  }
}

/** "172.16.1.106 sends 73.9 Mb/s", "192.168.2.3 receives 52.2 Mb/s; behind 172.16.1.102, VNI 10002". */
export function nodeWords(
  node: Node,
  column: "senders" | "networks" | "receivers",
  measure: Measure,
  names: Names,
): string {
  const isRate = measure.period === "rate";
  const verbs = {
    senders: isRate ? "sends" : "sent",
    networks: isRate ? "carries" : "carried",
    receivers: isRate ? "receives" : "received",
  };
  const where = node.kind === "endpoint" ? `; behind ${node.peer}, ${network(node.vni)}` : "";
  return `${longName(node, names)} ${verbs[column]} ${amountText(node.value, measure)}${where}`;
}

/**
 * "172.16.1.106 sends 42.3 Mb/s to 192.168.2.3 in VNI 10002".
 *
 * @param nodes of all columns, by key.
 */
export function strandWords(
  { sender, from, to, value }: Strand,
  nodes: ReadonlyMap<string, Node>,
  measure: Measure,
  names: Names,
): string {
  const name = (key: string): string => {
    const node = nodes.get(key);
    return node ? longName(node, names) : key;
  };
  const verb = measure.period === "rate" ? "sends" : "sent";
  const what = `${name(sender)} ${verb} ${amountText(value, measure)}`;
  return from === sender ? `${what} into ${name(to)}` : `${what} to ${name(to)} in ${name(from)}`;
}

/** The key of what a strand is, for the whole page; "" where it names nothing. */
export function strandKey({ sender, passages: [first], from, to }: Strand): string {
  const row = first?.row;
  const [who] = thingsOf(sender);
  if (!row || (who?.kind !== "peer" && who?.kind !== "endpoint")) return "";
  const end = thingsOf(to)[0]?.kind === "endpoint" ? to : "";
  if (end !== "") return ordered(sender, end);
  if (from !== sender) return "";
  return who.kind === "endpoint" ? sender : `${sender}/${row.encap}:${String(row.vni ?? "none")}`;
}

/** As in the circle: who stands earlier there is first. */
function ordered(a: string, b: string): string {
  const peer = (key: string): string => thingsOf(key)[0]?.peer ?? "";
  return compareAddresses(peer(a), peer(b)) <= 0 ? pairKey(a, b) : pairKey(b, a);
}

function longName(node: Node, names: Names): string {
  switch (node.kind) {
    case "other":
      return node.merged === 0 ? "other traffic" : `${counted(node.merged, "other")} together`;
    case "first":
      return "the biggest";
    case "groups":
      return "multicast groups";
    case "network":
      return network(node.vni);
    default: {
      const name = names.get(node.address);
      if (node.address === "") return "traffic without inner addresses";
      return name === undefined ? node.address : `${node.address} (${name})`;
    }
  }
}

function network(vni: number | null): string {
  return vni === null ? "no VNI" : `VNI ${String(vni)}`;
}

function withoutPrefix(address: string, prefix: string): string {
  return prefix !== "" && address.startsWith(prefix) ? `.${address.slice(prefix.length)}` : address;
}
