/** The card beside what is pointed at: in words what it is, and the facts behind it. */
import { rimColour } from "./colour";
import { make, swatch } from "./dom";
import { concernedBy } from "./findings/concerned";
import { shareText } from "./format";
import { pairOf, sumOf } from "./pairs";
import type { Selection } from "./state";
import { thingsOf } from "./things";
import type { Traffic } from "./traffic";
import { arcWords, counted, ribbonWords, whereWords, type Word } from "./words";

const DISTANCE = 14;

interface Content {
  readonly words: readonly Word[];
  readonly facts: readonly string[];
}

export class Tip {
  private readonly root: HTMLElement;
  private about: { key: string; mark: Element; at: readonly [number, number] | null } | null = null;
  private traffic: Traffic | null = null;
  private selection: Selection | null = null;
  private shown = "";

  constructor(root: HTMLElement) {
    this.root = root;
  }

  hide(): void {
    this.about = null;
    this.root.hidden = true;
    this.shown = "";
  }

  /** @param at where the pointer is on the screen; null for the middle of the mark. */
  show(key: string, mark: Element, at: readonly [number, number] | null): void {
    this.about = { key, mark, at };
    this.refresh();
  }

  /** New numbers for what is pointed at. */
  draw(traffic: Traffic, selection: Selection): void {
    this.traffic = traffic;
    this.selection = selection;
    if (this.about) this.refresh();
  }

  private refresh(): void {
    const { about, traffic, selection } = this;
    const content =
      about &&
      traffic &&
      selection &&
      (contentOf(about.key, traffic, selection) ?? said(about.mark));
    if (!about || !content) {
      this.hide();
      return;
    }
    const text = [...content.words.map((word) => word.text), ...content.facts].join("");
    if (text !== this.shown) this.root.replaceChildren(...elements(content));
    this.shown = text;
    this.root.hidden = false;
    this.place(about.mark, about.at);
  }

  /** Beside the pointer, away from the middle of what it is on, and inside of the stage. */
  private place(mark: Element, at: readonly [number, number] | null): void {
    const room = this.root.parentElement?.getBoundingClientRect();
    const own = this.root.getBoundingClientRect();
    const box = mark.getBoundingClientRect();
    if (!room) return;
    const middle = [box.left + box.width / 2, box.top + box.height / 2] as const;
    const [x, y] = at ?? middle;
    const left = x < middle[0] ? x - DISTANCE - own.width : x + DISTANCE;
    const top = y < middle[1] ? y - DISTANCE - own.height : y + DISTANCE;
    const within = (value: number, most: number): string =>
      `${String(Math.max(8, Math.min(value, most - 8)))}px`;
    this.root.style.left = within(left - room.left, room.width - own.width);
    this.root.style.top = within(top - room.top, room.height - own.height);
  }
}

function contentOf(key: string, traffic: Traffic, selection: Selection): Content | null {
  const share = (part: number): string => shareText(part, traffic.total);
  if (key.includes("|")) {
    const pair = pairOf(traffic, key);
    if (!pair) return null;
    const fact = `${share(pair.a.value + pair.b.value)} of all shown · ${networks(key, traffic)}`;
    return { words: ribbonWords(pair, traffic.measure), facts: [fact] };
  }
  const sum = sumOf(traffic, key);
  if (!sum) return null;
  const facts = [`${share(sum.sent)} of all sent`];
  const places = [...traffic.rim.places, ...traffic.inside.places];
  for (const { title } of concernedBy(traffic.findings, places).get(key) ?? []) facts.push(title);
  const where = whereWords(sum.place).replace(/^; /, "");
  if (sum.place.kind === "endpoint" && where !== "") facts.push(where);
  if (sum.place.kind === "peer") {
    facts.push(
      key === selection.chosen
        ? "Click again for its traffic alone"
        : "Click to open its endpoints",
    );
  }
  return { words: arcWords(sum, traffic.measure), facts };
}

/** What has no numbers of its own on the circle says itself what it is. */
function said(mark: Element): Content | null {
  const text = mark.getAttribute("aria-label");
  return text === null ? null : { words: [{ text, kind: "plain" }], facts: [] };
}

function elements({ words, facts }: Content): HTMLElement[] {
  const sentence = make("div", {});
  for (const word of words) {
    if (word.kind === "number") sentence.append(make("b", {}, word.text));
    else if (word.kind === "address") {
      const colour = word.rim === undefined ? [] : [swatch(rimColour(word.rim))];
      sentence.append(make("span", { class: "mono" }, ...colour, word.text));
    } else sentence.append(word.text);
  }
  if (facts.length === 0) return [sentence];
  return [sentence, make("hr"), ...facts.map((fact) => make("p", {}, fact))];
}

/** "VNI 10001 · 2 tunnels": where the traffic of a pair runs. */
function networks(key: string, { tunnels }: Traffic): string {
  const [a, b] = thingsOf(key);
  if (a?.kind === "endpoint" && a.vni !== null) return `VNI ${String(a.vni)}`;
  const peers = [a?.peer ?? "", b?.peer ?? ""];
  const rows = tunnels.filter(
    ({ outer_src, outer_dst }) => peers.includes(outer_src) && peers.includes(outer_dst),
  );
  const vnis = new Set(rows.map(({ vni }) => vni));
  const [only] = vnis;
  const where =
    vnis.size === 1 && only !== null && only !== undefined
      ? `VNI ${String(only)}`
      : counted(vnis.size, "VNI");
  return `${where} · ${counted(rows.length, "tunnel")}`;
}
