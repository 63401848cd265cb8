/** The table's question to the server, and its answer, checked. */
import { sumOf } from "../amounts";
import { amount, listOf, number, orAbsent, record, shape, text, type Decoder } from "../decode";
import type { Selection, Span } from "../state";
import type { Traffic } from "../traffic";
import { orderText, type Row, type RowKind } from "./rows";
import type { Answer, Question } from "./source";

/** What the server tells apart for each kind; see docs/reference/api.md. */
const BY: Readonly<Record<RowKind, string>> = {
  flows: "conversation",
  tunnels: "tunnel",
  peers: "peer",
  networks: "segment",
};

/** The path of the request, below the page's own. */
export function rowsPath({ kind, order, range }: Question, about: URLSearchParams): string {
  const words = new URLSearchParams({ by: BY[kind], sort: orderText(order) });
  for (const [name, value] of about) words.set(name, value);
  words.set("offset", String(range.from));
  words.set("limit", String(Math.max(1, range.to - range.from)));
  return `api/v1/flows?${words.toString()}`;
}

/** Which flows, and of when: what all views of a selection are of. */
export function aboutWords(
  { filter, period, span, paused }: Selection,
  traffic: Traffic,
): URLSearchParams {
  const words = new URLSearchParams();
  const own = span ?? (paused && period === "rate" ? intervalOf(traffic) : null);
  if (own === null) words.set("window", period === "rate" ? "last" : "total");
  else {
    words.set("from", String(own.from));
    words.set("to", String(own.to));
  }
  if (filter !== "") words.set("filter", filter);
  return words;
}

/** A drain belongs to the stretch its interval begins in, and it may be a little late. */
function intervalOf({ drain: { time, interval_s } }: Traffic): Span {
  return { from: time - 1.25 * interval_s, to: time - 0.25 * interval_s };
}

const counts = { packets: amount, bytes: amount, inner_bytes: amount };
const head = shape({
  elapsed_s: number,
  other: shape({ ...counts, rows: number }),
  all: shape(counts),
});

/** @throws ReplyError naming the first member that is not as documented. */
export function readRows(value: unknown, { range }: Question): Answer {
  const { elapsed_s, other, all } = head(value, "flows");
  const rows = listOf(row)(record(value, "flows").rows, "flows.rows");
  return {
    from: range.from,
    rows,
    count: rows.length + other.rows,
    sum: sumOf([...rows, other]),
    all,
    elapsed_s,
  };
}

/** What is not told apart is not there. */
const row: Decoder<Row> = shape<Row>({
  ...counts,
  encap: orAbsent(text),
  vni: orAbsent(number),
  outer_src: orAbsent(text),
  outer_dst: orAbsent(text),
  inner_src: orAbsent(text),
  inner_dst: orAbsent(text),
});
