/** Findings in words: when, where, and the evidence by name. */
import { clockText, countText, dayText, DASH, shareText, spanText, THIN } from "../format";
import { isPressing, type Found, type Told } from "./found";
import type { Evidence } from "./report";

const DAY_S = 86_400;
/** Evidence whose number is a name. */
const NUMBERED = /(^|_)(vni|sequence)(_|$)/;
/** Names in evidence that are no words. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ...["mtu", "ttl", "vni", "dscp", "ip"].map((word) => [word, word.toUpperCase()] as const),
  ["vnis", "VNIs"],
]);

/** "13:41, 22 min", "muted until 15:00", "closed 13:22". */
export function whenText(row: Told, now: number): string {
  const { state, quietUntil, opened, closed } = row;
  if (state === "closed") return `closed ${timeText(closed ?? opened, now)}`;
  if (state === "event") return `happened ${timeText(opened, now)}`;
  if (quietUntil === Infinity) return "muted";
  if (quietUntil !== null) return `muted until ${timeText(quietUntil, now)}`;
  return `${timeText(opened, now)}, ${roughly(now - opened)}`;
}

/** "13:41"; with the day where that is not within one. */
export function timeText(time: number, now: number): string {
  const clock = clockText(time, { seconds: false });
  return Math.abs(now - time) < DAY_S ? clock : `${dayText(time)}, ${clock}`;
}

/** "3 open, 1 muted, 1 closed". */
export function countsText(rows: readonly Told[]): string {
  const count = (is: (row: Told) => boolean): number => rows.filter(is).length;
  const isMuted = ({ quietUntil }: Told): boolean => quietUntil !== null;
  const parts = [
    [count((row) => row.state === "open" && !isMuted(row)), "open"],
    [count((row) => row.state === "open" && isMuted(row)), "muted"],
    [count(({ state }) => state !== "open"), "closed"],
  ] as const;
  const told = parts.filter(([number]) => number > 0);
  return told.map(([number, what]) => `${String(number)} ${what}`).join(", ") || "none";
}

/** That nothing was found is good news, as long as somebody has looked: "" where nobody did. */
export function quietText({ time, checks, rows }: Found, since: number): string {
  if (checks.length === 0 || rows.some(isPressing)) return "";
  const looked = `watching since ${timeText(since, time)}, ${roughly(time - since)}`;
  return `Nothing is wrong, as far as can be seen from here: ${looked}.`;
}

/** "14 checks running, 11 quiet: …". */
export function checksText({ checks, rows, isKnown }: Found): string {
  if (!isKnown) return "";
  if (checks.length === 0) return "No checks are running: what is shown was not judged.";
  const open = new Set(rows.filter(isPressing).map(({ name }) => name));
  const quiet = checks.filter(({ name }) => !open.has(name)).map(({ name }) => name);
  const number = checks.length === 1 ? "1 check" : `${String(checks.length)} checks`;
  if (quiet.length === 0) return `${number} running.`;
  return `${number} running, ${String(quiet.length)} quiet: ${quiet.join(", ")}.`;
}

/** The first sentence of the explanation: what happens. */
export function gist({ explanation }: Told): string {
  return /^.*?\.(?=\s[A-Z]|$)/.exec(explanation)?.[0] ?? explanation;
}

/** Where it is, in lines: peers, and the network. */
export function whereLines({ peers, between, endpoints, vni, encap, members }: Told): string[] {
  const lines = peers.length > 0 ? peersIn(peers, between) : peersIn(endpoints, true);
  if (vni !== null) lines.push(`VNI ${String(vni)}`);
  else if (lines.length === 0 && encap !== null) lines.push(encap);
  return members > 1 ? [...lines, `${String(members)} alike`] : lines;
}

function peersIn(ends: readonly string[], between: boolean): string[] {
  const [first, second, ...more] = ends;
  if (first === undefined || second === undefined) return [...ends];
  if (between) return [`${first} →`, second];
  return more.length > 0 ? [first, second, `${String(more.length)} more`] : [first, second];
}

/** A name of evidence for people, and its value with the unit that the name has. */
export function evidenceFact(name: string, value: Evidence): readonly [string, string] {
  if (typeof value !== "number") return [titled(name), textOf(value)];
  if (NUMBERED.test(name)) return [titled(name), String(value)];
  for (const [unit, alone, write] of UNITS) {
    if (name === unit) return [alone, write(value)];
    if (name.endsWith(`_${unit}`)) return [titled(name.slice(0, -unit.length - 1)), write(value)];
  }
  return [titled(name), name.startsWith("share_of_") ? shareText(value, 1) : plainNumber(value)];
}

/** What a name ends with, how it is called where it is all of the name, and its unit. */
const UNITS: readonly (readonly [unit: string, alone: string, write: (value: number) => string])[] =
  [
    ["bits_per_s", "Rate", (value) => `${plainNumber(value / 1e6)}${THIN}Mb/s`],
    ["packets_per_s", "Rate", (value) => `${plainNumber(value)}${THIN}pps`],
    ["bytes", "Bytes", (value) => `${plainNumber(value)}${THIN}B`],
    ["packets", "Packets", (value) => `${plainNumber(value)}${THIN}pkt`],
    ["share", "Share", (value) => shareText(value, 1)],
    ["s", "Seconds", (value) => (value < 10 ? `${plainNumber(value)}${THIN}s` : spanText(value))],
  ];

function textOf(value: string | readonly string[]): string {
  const text = typeof value === "string" ? value : value.join(", ");
  return text === "" ? DASH : text;
}

function plainNumber(value: number): string {
  return Number.isInteger(value) ? countText(value) : String(Math.round(value * 100) / 100);
}

function titled(name: string): string {
  const words = name.split("_").map((word) => SHORT.get(word) ?? word);
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "22 min": what changes with every drain is not worth reading again. */
function roughly(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${String(whole)}${THIN}s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))}${THIN}min`;
  if (whole < DAY_S) return `${String(Math.floor(whole / 3600))}${THIN}h`;
  return `${String(Math.floor(whole / DAY_S))}${THIN}d`;
}
