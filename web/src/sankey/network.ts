/**
 * Rows to three columns with strands between them: which outer address sends into which virtual
 * network, and which inner address there receives it. A strand belongs to one sender throughout.
 */
import { compareAddresses } from "../address";
import { OTHER } from "../things";

/** What one sender sends to one inner address of one virtual network. */
export interface Passage {
  /** The key of the sender's place: its outer address, or "other". */
  readonly sender: string;
  readonly vni: number | null;
  /** The inner address; "" without an inner IP header; null where nothing tells it. */
  readonly receiver: string | null;
  /** In the measure's unit. */
  readonly value: number;
  /** What it counts for when the biggest are chosen. */
  readonly weight: number;
}

export interface Node {
  /** Unique in its column, and the same in each drain. */
  readonly key: string;
  readonly kind: "sender" | "network" | "receiver" | "other";
  /** The address; "" for a network, and for traffic without an inner address. */
  readonly address: string;
  readonly vni: number | null;
  readonly value: number;
  /** How many are added up in it; 0 where that is not known. */
  readonly merged: number;
}

export interface Strand {
  readonly key: string;
  /** Keys of the nodes it connects. */
  readonly from: string;
  readonly to: string;
  readonly sender: string;
  readonly value: number;
}

export interface Network {
  readonly senders: readonly Node[];
  readonly networks: readonly Node[];
  readonly receivers: readonly Node[];
  /** From senders to networks, and from networks to receivers. */
  readonly into: readonly Strand[];
  readonly out: readonly Strand[];
}

export interface Room {
  /** Most networks and receivers that stand apart. */
  readonly networks: number;
  readonly receivers: number;
}

/**
 * @param senders keys of the sending places, in the order they stand in.
 * @param merged how many peers are added up in the sender "other".
 */
export function networkOf(
  senders: readonly string[],
  merged: number,
  passages: readonly Passage[],
  room: Room,
): Network {
  const networkOf = chooser(passages, networkKey, room.networks);
  const receiverOf = chooser(passages, receiverKey, room.receivers);
  const [into, out] = [new Strands(), new Strands()];
  for (const passage of passages) {
    const [network, receiver] = [networkOf(passage), receiverOf(passage)];
    into.add(passage.sender, network, passage);
    out.add(network, receiver, passage);
  }
  const networks = new Nodes("network", ({ vni }) => ({ address: "", vni }));
  const receivers = new Nodes("receiver", ({ vni, receiver }) => ({
    address: receiver ?? "",
    vni,
  }));
  for (const passage of passages) {
    networks.add(networkOf(passage), networkKey(passage), passage);
    receivers.add(receiverOf(passage), receiverKey(passage), passage);
  }
  return {
    senders: senders.map((key) => senderNode(key, merged, passages)),
    networks: networks.sorted(),
    receivers: receivers.sorted(),
    into: into.all(),
    out: out.all(),
  };
}

function senderNode(key: string, merged: number, passages: readonly Passage[]): Node {
  const isOther = key === OTHER;
  return {
    key,
    kind: isOther ? "other" : "sender",
    address: isOther ? "" : key,
    vni: null,
    value: passages.reduce((sum, { sender, value }) => (sender === key ? sum + value : sum), 0),
    merged: isOther ? merged : 1,
  };
}

function networkKey({ vni }: Passage): string {
  return String(vni);
}

function receiverKey({ vni, receiver }: Passage): string | null {
  return receiver === null ? null : `${String(vni)}/${receiver}`;
}

/** Says in which node a passage is counted: its own where that is among the biggest. */
function chooser(
  passages: readonly Passage[],
  keyOf: (passage: Passage) => string | null,
  most: number,
): (passage: Passage) => string {
  const weights = new Map<string, number>();
  for (const passage of passages) {
    const key = keyOf(passage);
    if (key !== null) weights.set(key, (weights.get(key) ?? 0) + passage.weight);
  }
  const ranked = [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  // One more is shown rather than added up alone.
  const count = ranked.length === most + 1 ? most + 1 : most;
  const shown = new Set(ranked.slice(0, count).map(([key]) => key));
  return (passage) => {
    const key = keyOf(passage);
    return key !== null && shown.has(key) ? key : OTHER;
  };
}

class Nodes {
  private readonly nodes = new Map<string, Node>();
  private readonly members = new Map<string, Set<string>>();
  private readonly kind: "network" | "receiver";
  private readonly about: (passage: Passage) => Pick<Node, "address" | "vni">;

  constructor(
    kind: "network" | "receiver",
    about: (passage: Passage) => Pick<Node, "address" | "vni">,
  ) {
    this.kind = kind;
    this.about = about;
  }

  add(key: string, member: string | null, passage: Passage): void {
    const members = this.members.get(key) ?? new Set();
    if (member !== null) members.add(member);
    this.members.set(key, members);
    const value = (this.nodes.get(key)?.value ?? 0) + passage.value;
    const own = key === OTHER ? { address: "", vni: null } : this.about(passage);
    const kind = key === OTHER ? "other" : this.kind;
    this.nodes.set(key, { key, kind, ...own, value, merged: members.size });
  }

  /** By network, then by address; "other" last. */
  sorted(): Node[] {
    const last = (node: Node): number => Number(node.kind === "other");
    return [...this.nodes.values()].sort(
      (a, b) =>
        last(a) - last(b) ||
        (a.vni ?? -1) - (b.vni ?? -1) ||
        compareAddresses(a.address, b.address),
    );
  }
}

class Strands {
  private readonly strands = new Map<string, Strand>();

  add(from: string, to: string, { sender, value }: Passage): void {
    const key = `${sender}|${from}|${to}`;
    const before = this.strands.get(key)?.value ?? 0;
    this.strands.set(key, { key, from, to, sender, value: before + value });
  }

  all(): Strand[] {
    return [...this.strands.values()];
  }
}
