/** Answers from the rows that the page has: what an event tells, or a snapshot holds. */
import { sumOf } from "../amounts";
import { grouped, ordered } from "./rows";
import type { Answer, Question } from "./source";
import type { Traffic } from "../traffic";

export function answerFrom(traffic: Traffic, { kind, order, range }: Question): Answer {
  const { drain } = traffic;
  const all = kind === "flows" ? traffic.flows : traffic.tunnels;
  const rows = ordered(grouped(all, kind), order);
  return {
    from: range.from,
    rows: rows.slice(range.from, range.to),
    count: rows.length,
    sum: sumOf(rows),
    all: sumOf([...drain.segments, drain.segments_other]),
    elapsed_s: drain.elapsed_s,
  };
}
