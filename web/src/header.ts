/** The header: which interface, what state, how much. */
import { sum } from "./amounts";
import type { Drain } from "./api/drain";
import type { Status } from "./api/status";
import { byId, make, part, say, sayQuantity } from "./dom";
import { pressing, worstOf, type Found } from "./findings/found";
import { bytesText, countText, DASH, quantity, spanText, THIN } from "./format";
import { account } from "./ledgers";
import { noticeOf, pillOf, type Condition, type Pill } from "./pill";
import type { Bin } from "./series";
import { drawSpark } from "./spark";
import type { UnitName } from "./state";

/** Of the newest drain, whatever is shown below. */
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
  drawCounts(status);
  drawResidual(drain);
  byId("own-cost", HTMLElement).replaceChildren(...ownCost(status));
}

/** How much there is of all; in the foot, too, for windows whose header has no room for it. */
function drawCounts({ tunnels, segments, peers, endpoints }: Status): void {
  const counts = { tunnels, vnis: segments, peers, endpoints };
  for (const [id, count] of Object.entries(counts)) say(byId(id, HTMLElement), countText(count));
  const words = [
    ["Tunnels ", countText(tunnels)],
    ["VNIs ", countText(segments)],
    ["Peers ", countText(peers)],
    ["Endpoints ", countText(endpoints)],
  ];
  byId("counts", HTMLElement).replaceChildren(...words.map(line));
}

/** What wants to be looked at; that nothing does is told as well, once it is known. */
export function drawOpenFindings(found: Found): void {
  const rows = pressing(found);
  const open = rows.length;
  const stat = byId("findings", HTMLElement);
  stat.classList.toggle("known", found.isKnown);
  stat.classList.toggle("open", open > 0);
  stat.dataset.worst = worstOf(rows) ?? "";
  say(byId("open-findings", HTMLElement), countText(open));
  say(byId("findings-word", HTMLElement), open === 1 ? "open finding" : "open findings");
}

/** What does not go on by itself: there is nothing to hold. */
const NOT_HELD: ReadonlySet<Pill["kind"]> = new Set(["file", "history", "frozen"]);

/** The pill, and what to do about it where something is wrong. */
export function drawState(condition: Condition, interfaces: readonly string[]): void {
  const pill = pillOf(condition, Date.now());
  const node = byId("state", HTMLElement);
  say(node, pill.text);
  if (node.dataset.kind !== pill.kind) {
    node.dataset.kind = pill.kind;
    say(byId("said", HTMLElement), pill.said);
    byId("pause", HTMLElement).hidden = NOT_HELD.has(pill.kind);
  }
  const words = noticeOf(condition, interfaces.join(", "));
  const notice = byId("notice", HTMLElement);
  notice.hidden = words === null;
  if (words && notice.textContent !== words.join(" ")) {
    notice.replaceChildren(make("b", {}, words[0]), ` ${words[1]}`);
  }
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
function mean({ all, elapsed_s }: Drain): Amounts {
  return { packets: all.packets, bytes: all.bytes, seconds: elapsed_s };
}

/** "host0 · eth0", and how the programs hang on it; of captures their files. */
function drawInterface(status: Status): void {
  const [first] = status.interfaces;
  if (!first) return;
  const node = byId("interface", HTMLElement);
  const names = status.interfaces.map((one) => one.name).join(", ");
  say(part(node, "host"), `${first.namespace ?? status.host} · `);
  say(part(node, "device"), names);
  node.title = status.capture?.files.join(", ") ?? names;
  const note = node.querySelector("i");
  if (note) say(note, status.state === "file" ? first.attach : `${first.attach}, in + out`);
}

/** Green zero, amber else; there is none to speak of without an interface. */
function drawResidual({ ledger }: Drain): void {
  const { residual, differences } = account(ledger);
  const stat = byId("head-residual", HTMLElement);
  stat.classList.toggle("off", differences.length > 0);
  if (residual === null) say(stat, DASH);
  else sayQuantity(stat, { digits: countText(residual), unit: "packets" });
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
