/** The header: which interface, what state, how much. */
import { sum } from "./amounts";
import type { Drain, Status } from "./api";
import { byId, part, say, sayQuantity } from "./dom";
import { countText, DASH, quantity, bytesText, spanText, THIN } from "./format";
import { account } from "./ledgers";
import type { Pill } from "./pill";
import type { Bin } from "./series";
import { drawSpark } from "./spark";
import type { UnitName } from "./state";

export function drawHeader(drain: Drain, unit: UnitName, recent: readonly Bin[]): void {
  const { status } = drain;
  drawInterface(status);
  const { packets, bytes, seconds } = status.state === "file" ? mean(drain) : newest(drain);
  const rate = (unit === "bits" ? 8 * bytes : packets) / Math.max(seconds, 1e-9);
  sayQuantity(
    byId("wire-rate", HTMLElement),
    quantity(rate, { unit, size: "wire", period: "rate" }),
  );
  const curve = recent.map(({ rates }) =>
    sum([...rates.values()].map(({ bytes, packets }) => (unit === "bits" ? bytes : packets))),
  );
  const spark = byId("spark", SVGSVGElement);
  spark.toggleAttribute("hidden", !curve.some((value) => value > 0));
  drawSpark(spark, curve, 112, 32, "var(--ink2)");
  say(byId("tunnels", HTMLElement), countText(status.tunnels));
  say(byId("vnis", HTMLElement), countText(status.segments));
  say(byId("peers", HTMLElement), countText(status.peers));
  say(byId("endpoints", HTMLElement), countText(status.endpoints));
  const { residual, differences } = account(drain.ledger);
  const stat = byId("head-residual", HTMLElement);
  stat.classList.toggle("off", differences.length > 0);
  if (residual === null) say(stat, DASH);
  else sayQuantity(stat, { digits: countText(residual), unit: "packets" });
  byId("own-cost", HTMLElement).replaceChildren(...ownCost(status));
}

interface Amounts {
  readonly packets: number;
  readonly bytes: number;
  readonly seconds: number;
}

function newest({ senders, interval_s }: Drain): Amounts {
  return { packets: sum(senders.packets), bytes: sum(senders.bytes), seconds: interval_s };
}

/** Of a capture, all of it: what it ends with is no newer than the rest. */
function mean({ segments, segments_other, elapsed_s }: Drain): Amounts {
  const all = [...segments, segments_other];
  const of = (name: "packets" | "bytes"): number => sum(all.map((one) => one[name]));
  return { packets: of("packets"), bytes: of("bytes"), seconds: elapsed_s };
}

export function drawPill(pill: Pill): void {
  const node = byId("state", HTMLElement);
  say(node, pill.text);
  if (node.dataset.kind === pill.kind) return;
  node.dataset.kind = pill.kind;
  say(byId("said", HTMLElement), pill.said);
}

/** "host0 · eth0", and how the programs hang on it. */
function drawInterface(status: Status): void {
  const [first] = status.interfaces;
  if (!first) return;
  const node = byId("interface", HTMLElement);
  const names = status.interfaces.map((one) => one.name).join(", ");
  say(part(node, "host"), `${first.namespace ?? status.host} · `);
  say(part(node, "device"), names);
  const note = node.querySelector("i");
  if (note) say(note, status.state === "file" ? first.attach : `${first.attach}, in + out`);
}

function ownCost(status: Status): Node[] {
  const isFile = status.state === "file";
  return [
    ...(isFile ? [] : [line(costWords(status))]),
    line(["Memory ", bytesText(status.memory_bytes)]),
    line([isFile ? "Slice " : "Interval ", interval(status.interval_s)]),
    line([isFile ? "Slices " : "Drains ", countText(status.drains)]),
  ];
}

/** What a packet costs, where the kernel measures it, and what all costs: process and programs. */
export function costWords({
  cpu_share,
  own_cost,
}: Pick<Status, "cpu_share" | "own_cost">): readonly string[] {
  const share = `${(100 * (cpu_share + (own_cost?.cpu_share ?? 0))).toFixed(1)}${THIN}%`;
  const each = own_cost?.ns_per_packet ?? null;
  if (each === null) return ["Own cost ", share, " of one core"];
  return ["Own cost ", `${each.toFixed(0)}${THIN}ns`, " a packet, ", share, " of one core"];
}

/** Every second word is strong. */
function line(words: readonly string[]): Node {
  const node = document.createElement("span");
  words.forEach((word, place) => {
    const strong = document.createElement("b");
    strong.textContent = word;
    node.append(place % 2 === 0 ? word : strong);
  });
  return node;
}

function interval(seconds: number): string {
  return seconds < 1 ? `${String(Math.round(seconds * 1000))}${THIN}ms` : spanText(seconds);
}
