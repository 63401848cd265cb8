/**
 * Rows to three columns with strands between them: who sends into which virtual network, and
 * which inner address there receives it. A strand belongs to one sender throughout.
 */
import { compareAddresses } from "../address";
import { FIRST, GROUPS, networkKey, OTHER, thingsOf } from "../things";
import type { Passage } from "./passages";

export interface Node {
  /** Unique in its column, and the same in each drain; see things.ts. */
  readonly key: string;
  readonly kind: "peer" | "endpoint" | "network" | "groups" | "first" | "other";
  /** The outer address that it is or stands behind; "" where that is none or many. */
  readonly peer: string;
  /** The address it is; "" for a network, and for traffic without an inner address. */
  readonly address: string;
  readonly vni: number | null;
  readonly value: number;
  /** How many are added up in it; 0 where that is not known. */
  readonly merged: number;
}

export interface Strand {
  readonly key: string;
  /** Keys of the nodes it connects, and of who sends. */
  readonly from: string;
  readonly to: string;
  readonly sender: string;
  readonly value: number;
  /** What runs in it. */
  readonly passages: readonly Passage[];
  /** Whether it is the one flow that is marked: it runs apart from its neighbours. */
  readonly isMarked: boolean;
}

export interface Network {
  readonly senders: readonly Node[];
  readonly networks: readonly Node[];
  readonly receivers: readonly Node[];
  /** From senders to networks, and from networks to receivers. */
  readonly into: readonly Strand[];
  readonly out: readonly Strand[];
}

/** Most nodes of each column that stand apart; one more is shown rather than added up alone. */
export interface Room {
  readonly senders: number;
  readonly networks: number;
  readonly receivers: number;
}

/** @param isMarked the flow whose strands are not to be lost among others. */
export function networkOf(
  passages: readonly Passage[],
  room: Room,
  isMarked: (passage: Passage) => boolean = () => false,
): Network {
  const senders = new Column(passages, ({ sender }) => sender, room.senders);
  const networks = new Column(passages, networkOfPassage, room.networks);
  const receivers = new Column(passages, ({ receiver }) => receiver, room.receivers);
  const [into, out] = [new Strands(isMarked), new Strands(isMarked)];
  for (const passage of passages) {
    const [sender, network, receiver] = [
      senders.add(passage),
      networks.add(passage),
      receivers.add(passage),
    ];
    into.add(sender, sender, network, passage);
    out.add(sender, network, receiver, passage);
  }
  return {
    senders: senders.sorted(byAddress),
    networks: networks.sorted(byNetwork),
    receivers: receivers.sorted((a, b) => byNetwork(a, b) || byAddress(a, b)),
    into: into.all(),
    out: out.all(),
  };
}

/** What stands in no row is in no network either, and not in the one without a number. */
function networkOfPassage({ vni, row }: Passage): string | null {
  return row === null ? null : networkKey(vni);
}

type KeyOf = (passage: Passage) => string | null;

/** Nodes by key: those of the biggest weight, and "other" for all else. */
class Column {
  private readonly keyOf: KeyOf;
  private readonly shown: ReadonlySet<string>;
  private readonly sums = new Map<string, { value: number; members: Set<string> }>();

  constructor(passages: readonly Passage[], keyOf: KeyOf, most: number) {
    this.keyOf = keyOf;
    const weights = new Map<string, number>();
    for (const passage of passages) {
      const key = keyOf(passage);
      if (key !== null) weights.set(key, (weights.get(key) ?? 0) + passage.weight);
    }
    const isApart = (key: string): boolean => key !== OTHER;
    const ranked = [...weights].filter(([key]) => isApart(key)).sort(biggestFirst);
    const count = ranked.length === most + 1 ? most + 1 : most;
    this.shown = new Set(ranked.slice(0, count).map(([key]) => key));
  }

  /** Counts a passage; the key of the node it is counted in. */
  add(passage: Passage): string {
    const own = this.keyOf(passage);
    const key = own !== null && this.shown.has(own) ? own : OTHER;
    const sum = this.sums.get(key) ?? { value: 0, members: new Set() };
    sum.value += passage.value;
    if (own !== null && own !== OTHER) sum.members.add(own);
    this.sums.set(key, sum);
    return key;
  }

  sorted(compare: (a: Node, b: Node) => number): Node[] {
    const last = ["first", "groups", "other"];
    const rank = ({ kind }: Node): number => last.indexOf(kind);
    return [...this.sums]
      .map(([key, { value, members }]) => nodeOf(key, value, members.size))
      .sort((a, b) => rank(a) - rank(b) || compare(a, b));
  }
}

function biggestFirst([a, x]: [string, number], [b, y]: [string, number]): number {
  return y - x || (a < b ? -1 : 1);
}

function nodeOf(key: string, value: number, merged: number): Node {
  const [thing] = thingsOf(key);
  const { peer = "", address = "", vni = null } = thing ?? {};
  const own = { key, peer, address, vni, value, merged };
  switch (key) {
    case OTHER:
      return { ...own, kind: "other" };
    case FIRST:
      return { ...own, kind: "first" };
    case GROUPS:
      return { ...own, kind: "groups" };
    default: {
      if (thing?.kind === "peer") return { ...own, kind: "peer", address: peer };
      return { ...own, kind: thing?.kind === "network" ? "network" : "endpoint" };
    }
  }
}

function byAddress(a: Node, b: Node): number {
  return (
    compareAddresses(a.address, b.address) || compareAddresses(a.peer, b.peer) || byNetwork(a, b)
  );
}

function byNetwork(a: Node, b: Node): number {
  return (a.vni ?? -1) - (b.vni ?? -1);
}

class Strands {
  private readonly strands = new Map<string, Strand & { value: number; passages: Passage[] }>();
  private readonly isMarked: (passage: Passage) => boolean;

  constructor(isMarked: (passage: Passage) => boolean) {
    this.isMarked = isMarked;
  }

  add(sender: string, from: string, to: string, passage: Passage): void {
    const isMarked = this.isMarked(passage);
    const key = `${sender}|${from}|${to}${isMarked ? "|!" : ""}`;
    const strand = this.strands.get(key) ?? {
      ...{ key, from, to, sender, isMarked },
      value: 0,
      passages: [],
    };
    strand.value += passage.value;
    strand.passages.push(passage);
    this.strands.set(key, strand);
  }

  all(): Strand[] {
    return [...this.strands.values()];
  }
}
