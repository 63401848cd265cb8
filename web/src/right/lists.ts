/** The ranked lists of a subject: which there are, and in which order they are read. */
import { exchanges, byEndpoint, byPeer, bySent, type Exchange } from "../exchanges";
import type { Flow } from "../api/drain";
import { isGroup } from "../address";
import { concerns, isAt, type Subject } from "../subject";
import { endpointKey, pairKey, thingsOf, type Thing } from "../things";
import type { Traffic } from "../traffic";
import type { FlowRow } from "./rows";

export type Ranking =
  | {
      readonly kind: "peers" | "endpoints";
      readonly title: string;
      readonly note: string;
      readonly rows: readonly Exchange[];
      readonly number: (one: Exchange) => number;
    }
  | {
      readonly kind: "flows";
      readonly title: string;
      readonly note: string;
      readonly rows: readonly FlowRow[];
    };

const BOTH = "↑ sent, ↓ received";
const sumOf = ({ sent, received }: Exchange): number => sent + received;

export function rankingsOf(traffic: Traffic, subject: Subject): Ranking[] {
  const { things } = subject;
  const [first, second] = things;
  if (first === undefined) return [talkers(traffic), biggestFlows(traffic, things)];
  if (second !== undefined) return [{ ...biggestFlows(traffic, things), title: "Flows in it" }];
  switch (first.kind) {
    case "peer":
      return [partners(traffic, subject, first), behind(traffic, first)];
    case "endpoint":
      return [endpointPartners(traffic, subject, first), biggestFlows(traffic, things)];
    case "network":
      return [talkersIn(traffic, subject), endpointsIn(traffic, first)];
    case "groups":
      return [groups(traffic, subject), sendersTo(traffic, subject)];
    default:
      return [members(traffic, subject, first), biggestFlows(traffic, things)];
  }
}

/** The one that floods the link is the first. */
function talkers({ tunnels, amount }: Traffic): Ranking {
  const rows = exchanges(
    tunnels,
    amount,
    byPeer,
    (row, side) => !isGroup(side === "src" ? row.outer_src : row.outer_dst),
    bySent,
  );
  return {
    kind: "peers",
    title: "Biggest talkers",
    note: "by what they send ↑",
    rows,
    number: bySent,
  };
}

function talkersIn({ amount }: Traffic, { rows: own }: Subject): Ranking {
  const isHost = (address: string): boolean => !isGroup(address);
  const rows = exchanges(
    own,
    amount,
    byPeer,
    (row, side) => isHost(side === "src" ? row.outer_src : row.outer_dst),
    bySent,
  );
  return { kind: "peers", title: "Peers in it", note: "by what they send ↑", rows, number: bySent };
}

function endpointsIn({ flows, amount }: Traffic, { vni }: Thing): Ranking {
  const own = flows.filter((row) => row.vni === vni);
  const rows = exchanges(own, amount, byEndpoint, () => true, bySent);
  return {
    kind: "endpoints",
    title: "Endpoints in it",
    note: "by what they send ↑",
    rows,
    number: bySent,
  };
}

function partners(traffic: Traffic, { rows: own }: Subject, peer: Thing): Ranking {
  const rows = exchanges(own, traffic.amount, byPeer, (row, side) => {
    const partner = side === "src" ? row.outer_src : row.outer_dst;
    return partner !== peer.peer;
  }).map(turned);
  return { kind: "peers", title: "Partners", note: BOTH, rows, number: sumOf };
}

function behind({ flows, amount }: Traffic, peer: Thing): Ranking {
  const rows = exchanges(
    flows,
    amount,
    byEndpoint,
    (row, side) => (side === "src" ? row.outer_src : row.outer_dst) === peer.peer,
    bySent,
  );
  return { kind: "endpoints", title: "Endpoints behind it", note: BOTH, rows, number: sumOf };
}

function endpointPartners(traffic: Traffic, { rows: own }: Subject, endpoint: Thing): Ranking {
  const isOther = (row: Flow | Subject["rows"][number], side: "src" | "dst"): boolean =>
    !isAt(row, side, endpoint, traffic);
  const rows = exchanges(own, traffic.amount, byEndpoint, isOther).map(turned);
  return { kind: "endpoints", title: "Partners", note: BOTH, rows, number: sumOf };
}

function members(traffic: Traffic, { rows: own }: Subject, thing: Thing): Ranking {
  const isIn = (row: Subject["rows"][number], side: "src" | "dst"): boolean =>
    isAt(row, side, thing, traffic);
  const rows = exchanges(own, traffic.amount, byPeer, isIn, bySent);
  return { kind: "peers", title: "Peers in it", note: "by what they send ↑", rows, number: bySent };
}

function groups({ amount }: Traffic, { rows: own }: Subject): Ranking {
  const rows = exchanges(own, amount, byPeer, (row, side) =>
    isGroup(side === "src" ? row.outer_src : row.outer_dst),
  );
  return { kind: "peers", title: "Groups", note: "↓ received", rows, number: sumOf };
}

function sendersTo({ amount }: Traffic, { rows: own }: Subject): Ranking {
  const rows = exchanges(own, amount, byPeer, (_, side) => side === "src", bySent);
  return { kind: "peers", title: "Who sends there", note: "↑ sent", rows, number: bySent };
}

function biggestFlows(traffic: Traffic, things: readonly Thing[]): Ranking {
  const { amount } = traffic;
  const rows = traffic.flows
    .filter((row) => concerns(row, things, traffic))
    .map((flow) => flowRow(flow, amount(flow)))
    .sort((a, b) => b.amount - a.amount);
  return { kind: "flows", title: "Biggest flows", note: "", rows };
}

function flowRow(flow: Flow, amount: number): FlowRow {
  const end = (peer: string, address: string): string =>
    endpointKey(peer, flow.encap, flow.vni, address);
  return {
    key: pairKey(end(flow.outer_src, flow.inner_src), end(flow.outer_dst, flow.inner_dst)),
    peer: flow.outer_src,
    from: flow.inner_src === "" ? flow.outer_src : flow.inner_src,
    to: flow.inner_dst === "" ? flow.outer_dst : flow.inner_dst,
    vni: flow.vni,
    amount,
  };
}

/** As the other side sees it: what a partner receives, the subject sends. */
function turned(one: Exchange): Exchange {
  return { ...one, sent: one.received, received: one.sent };
}

/** The keys that the culprit's mark is due to: the flow, its sender, and the peer it is behind. */
export function markedKeys({ culprit }: Traffic): Set<string> {
  if (culprit === null) return new Set();
  return new Set([
    culprit.key,
    culprit.sender,
    ...thingsOf(culprit.sender).map(({ peer }) => peer),
  ]);
}
