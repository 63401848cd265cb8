/** Facts of a subject that are no ranking. */
import type { Counts } from "../amounts";
import { amountText, dateText, shareText, spanText, THIN } from "../format";
import { account } from "../ledgers";
import type { Subject } from "../subject";
import type { Thing } from "../things";
import type { Traffic } from "../traffic";
import type { Summary } from "./summary";

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly isMono?: boolean;
}

export function factsOf(traffic: Traffic, subject: Subject, summary: Summary | null): Fact[] {
  const { measure, amount } = traffic;
  const facts = where(subject.things);
  if (subject.counts) facts.push(...counted(subject.counts, traffic));
  if (summary) facts.push(...seen(summary, traffic.drain.time));
  if (subject.things.length === 0) facts.push(...buffers(traffic));
  const all = amount(traffic.drain.all);
  if (subject.things.length === 0 && traffic.total < all * 0.9999) {
    facts.push({ name: "Hidden by the filter", value: amountText(all - traffic.total, measure) });
  }
  return facts;
}

function counted({ packets, bytes, inner_bytes }: Counts, { measure, drain }: Traffic): Fact[] {
  const perSecond = measure.period === "rate" ? Math.max(drain.elapsed_s, 1e-9) : 1;
  return [
    { name: "Packets", value: amountText(packets / perSecond, { ...measure, unit: "packets" }) },
    { name: "Mean packet", value: packets > 0 ? `${(bytes / packets).toFixed(0)}${THIN}B` : "–" },
    { name: "Tunnel headers", value: overhead(bytes, inner_bytes, packets) },
  ];
}

function seen({ first_seen, last_seen }: Summary, now: number): Fact[] {
  if (first_seen === null || last_seen === null) return [];
  const ago = Math.max(0, now - last_seen);
  const last = ago < 3600 ? `${spanText(ago)} ago` : dateText(last_seen);
  return [
    { name: "First seen", value: dateText(first_seen) },
    { name: "Last seen", value: ago < 1 ? "just now" : last },
  ];
}

/** Where an endpoint or a flow runs. */
function where(things: readonly Thing[]): Fact[] {
  const [first, second] = things;
  if (first?.kind !== "endpoint") return [];
  const segment = `${first.encap} ${String(first.vni ?? "–")}`;
  if (second === undefined) {
    return [
      { name: "Behind", value: first.peer, isMono: true },
      { name: "Segment", value: segment, isMono: true },
    ];
  }
  return [
    { name: "Outer source", value: first.peer, isMono: true },
    { name: "Outer destination", value: second.peer, isMono: true },
    { name: "Segment", value: segment, isMono: true },
  ];
}

function overhead(bytes: number, inner: number, packets: number): string {
  if (packets === 0) return "–";
  const each = ((bytes - inner) / packets).toFixed(0);
  return `${shareText(bytes - inner, bytes)}, ${each}${THIN}B each`;
}

/** GSO and GRO make one buffer of several packets. */
function buffers({ drain }: Traffic): Fact[] {
  const { seen } = account(drain.ledger);
  if (seen.buffers === 0n || seen.buffers === seen.packets) return [];
  const each = Number(seen.packets) / Number(seen.buffers);
  return [{ name: "Packets in a buffer", value: each.toFixed(each < 10 ? 1 : 0) }];
}
