/** The card beside the pointer: in words what the mark is, and the facts behind it. */
import { peerColour } from "./colour";
import { make, swatch } from "./dom";
import { shareText } from "./format";
import type { Arc, Ribbon } from "./layout";
import type { Place } from "./matrix";
import type { View } from "./view";
import { arcWords, ribbonWords, type Word } from "./words";

const DISTANCE = 14;

export class Tip {
  private readonly root: HTMLElement;
  private shown = "";

  constructor(root: HTMLElement) {
    this.root = root;
  }

  hide(): void {
    this.root.hidden = true;
    this.shown = "";
  }

  ribbon(ribbon: Ribbon, view: View, at: readonly [x: number, y: number]): void {
    const { a, b } = ribbon;
    const places = a.value >= b.value ? [a.place, b.place] : [b.place, a.place];
    const share = shareText(a.value + b.value, view.total);
    this.show(
      ribbonWords(ribbon, view.measure),
      places,
      [`${share} of all shown · ${networks(ribbon, view)}`],
      at,
    );
  }

  arc(arc: Arc, view: View, isOpen: boolean, at: readonly [x: number, y: number]): void {
    const { place } = arc;
    const facts = [`${shareText(arc.sent, view.total)} of all sent`];
    if (place.kind === "endpoint") {
      facts.push(`behind ${place.peer}${place.vni === null ? "" : `, VNI ${String(place.vni)}`}`);
    }
    if ((place.kind === "peer" || place.kind === "group") && !isOpen)
      facts.push("Click to open its endpoints");
    this.show(arcWords(arc, view.measure), [place], facts, at);
  }

  private show(
    words: readonly Word[],
    places: readonly Place[],
    facts: readonly string[],
    [x, y]: readonly [x: number, y: number],
  ): void {
    const text = words.map((word) => word.text).join("") + facts.join("");
    if (text !== this.shown) this.root.replaceChildren(...content(words, places, facts));
    this.shown = text;
    this.root.hidden = false;
    const room = this.root.parentElement?.getBoundingClientRect();
    const own = this.root.getBoundingClientRect();
    if (!room) return;
    const left = x + DISTANCE + own.width > room.width ? x - DISTANCE - own.width : x + DISTANCE;
    const top = Math.min(y + DISTANCE, room.height - own.height - 8);
    this.root.style.left = `${String(Math.max(8, left))}px`;
    this.root.style.top = `${String(Math.max(8, top))}px`;
  }
}

function content(
  words: readonly Word[],
  places: readonly Place[],
  facts: readonly string[],
): HTMLElement[] {
  const remaining = [...places];
  const sentence = make("div", {});
  for (const word of words) {
    if (word.kind === "number") sentence.append(make("b", {}, word.text));
    else if (word.kind === "address") {
      const place = remaining.shift();
      const colour = place ? [swatch(peerColour(place.peer))] : [];
      sentence.append(make("span", { class: "mono" }, ...colour, word.text));
    } else sentence.append(word.text);
  }
  return [sentence, make("hr"), ...facts.map((fact) => make("p", {}, fact))];
}

/** "VNI 10001 · 2 tunnels": where the traffic of a ribbon runs. */
function networks({ a, b }: Ribbon, view: View): string {
  if (a.place.kind === "endpoint" && a.place.vni !== null) return `VNI ${String(a.place.vni)}`;
  const peers = [a.place.peer, b.place.peer];
  const rows = view.tunnels.filter(
    (row) => peers.includes(row.outer_src) && peers.includes(row.outer_dst),
  );
  const vnis = new Set(rows.map(({ vni }) => vni));
  const [only] = vnis;
  const where =
    vnis.size === 1 && only !== null && only !== undefined
      ? `VNI ${String(only)}`
      : `${String(vnis.size)} VNIs`;
  return `${where} · ${String(rows.length)} tunnel${rows.length === 1 ? "" : "s"}`;
}
