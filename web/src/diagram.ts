/** The stage of the chord: sizes, pointer, focus and keys around what chord.ts draws. */
import { tickStep } from "d3-array";
import { commonPrefix } from "./address";
import { createChord, type Chord, type Pace, type Picture, type Pointed } from "./chord";
import { byId, say } from "./dom";
import { roundText } from "./format";
import { frameFor } from "./frame";
import { layOut, layOutInside, type Arc, type Ribbon } from "./layout";
import { endpointName } from "./names";
import type { Selection } from "./state";
import { Tip } from "./tip";
import type { View } from "./view";

/** About as many ticks go round the circle. */
const TICKS = 60;
/** Up to this many endpoints their labels are whole addresses. */
const WHOLE_LABELS = 18;
/** And only on a stage of this width, in px: they take 80 px on each side. */
const WHOLE_FROM = 700;
/** Stands in the legend for what the short labels say. */
const REST = "x.y";
/** Radians; see layout.ts. */
const PEERS = { gap: 0.032, least: 0.022 };
const ENDPOINTS = { gap: 0.006, least: 0.014 };

export class Diagram {
  private readonly svg = byId("chord", SVGSVGElement);
  private readonly tip = new Tip(byId("tip", HTMLElement));
  private readonly chord: Chord;
  private readonly open: (peer: string) => void;
  private view: View | null = null;
  private selection: Selection | null = null;
  private picture: Picture | null = null;
  private pointed: Pointed | null = null;
  private at: readonly [x: number, y: number] = [0, 0];

  constructor(open: (peer: string) => void, reducedMotion: () => boolean) {
    this.open = open;
    this.chord = createChord(this.svg, reducedMotion);
    this.svg.addEventListener("pointermove", (event) => {
      this.point(event);
    });
    this.svg.addEventListener("pointerleave", () => {
      this.aim(null);
    });
    this.svg.addEventListener("click", (event) => {
      this.activate(targetOf(event.target));
    });
    this.svg.addEventListener("keydown", (event) => {
      this.key(event);
    });
    this.svg.addEventListener("focusin", (event) => {
      this.focus(event.target);
    });
    this.svg.addEventListener("focusout", () => {
      this.aim(null);
    });
  }

  draw(view: View, selection: Selection, pace: Pace): void {
    const box = this.svg.getBoundingClientRect();
    if (box.width === 0) return;
    this.view = view;
    this.selection = selection;
    this.picture = pictureOf(view, selection, box.width, box.height);
    this.chord.draw(this.picture, pace);
    this.keepOneTabStop();
    this.showTip();
    drawLegend(view, this.picture);
    const quiet = byId("quiet", HTMLElement);
    quiet.hidden = view.total > 0;
    say(quiet, quietText(view, selection));
  }

  private arcs(): readonly Arc[] {
    const { peers, inside } = this.picture ?? {};
    return [...(peers?.arcs ?? []), ...(inside?.arcs ?? [])].sort(
      (a, b) => a.start - b.start || Number(a.place.kind === "endpoint") - 1,
    );
  }

  private ribbons(): readonly Ribbon[] {
    return (this.picture?.inside ?? this.picture?.peers)?.ribbons ?? [];
  }

  private point(event: PointerEvent): void {
    const box = this.svg.getBoundingClientRect();
    this.at = [event.clientX - box.left, event.clientY - box.top];
    this.aim(targetOf(event.target));
  }

  private aim(pointed: Pointed | null): void {
    this.pointed = pointed;
    this.chord.emphasise(pointed);
    this.showTip();
  }

  private showTip(): void {
    const { view, pointed } = this;
    if (!view || !pointed) {
      this.tip.hide();
      return;
    }
    if (pointed.kind === "ribbon") {
      const ribbon = this.ribbons().find(({ key }) => key === pointed.key);
      if (ribbon) this.tip.ribbon(ribbon, view, this.at);
      else this.tip.hide();
      return;
    }
    const arc = this.arcs().find(({ place }) => place.key === pointed.key);
    if (arc) this.tip.arc(arc, view, this.selection?.peer === pointed.key, this.at);
    else this.tip.hide();
  }

  private activate(pointed: Pointed | null): void {
    if (pointed?.kind !== "arc") return;
    const arc = this.arcs().find(({ place }) => place.key === pointed.key);
    const opens = arc?.place.kind === "peer" || arc?.place.kind === "group";
    if (opens && arc.place.key !== this.selection?.peer) {
      // What was pointed at moves away from under the pointer.
      this.aim(null);
      this.open(arc.place.key);
    }
  }

  private focus(target: EventTarget | null): void {
    const pointed = targetOf(target);
    if (!pointed || !(target instanceof Element) || !target.matches(":focus-visible")) return;
    const [box, own] = [this.svg.getBoundingClientRect(), target.getBoundingClientRect()];
    this.at = [own.x + own.width / 2 - box.x, own.y + own.height / 2 - box.y];
    this.aim(pointed);
  }

  private key(event: KeyboardEvent): void {
    const pointed = targetOf(event.target);
    if (!pointed) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) this.moveToArc(pointed, step);
    else if (down !== undefined) this.moveToRibbon(pointed, down);
    else if (event.key === "Enter") this.activate(pointed);
    else return;
    event.preventDefault();
  }

  private moveToArc(from: Pointed, step: number): void {
    const keys = this.arcs().map(({ place }) => place.key);
    const start = from.kind === "arc" ? from.key : (from.key.split("|")[0] ?? "");
    const next = keys[(keys.indexOf(start) + step + keys.length) % keys.length];
    if (next !== undefined) this.moveTo("arc", next);
  }

  /** The ribbons of the arc one came from, biggest first. */
  private moveToRibbon(from: Pointed, step: number): void {
    const arc = from.kind === "arc" ? from.key : (this.svg.dataset.from ?? "");
    this.svg.dataset.from = arc;
    const own = this.ribbons()
      .filter(({ a, b }) => [a.place.key, b.place.key, a.place.peer, b.place.peer].includes(arc))
      .sort((x, y) => y.a.value + y.b.value - x.a.value - x.b.value);
    const place = from.kind === "arc" ? -1 : own.findIndex(({ key }) => key === from.key);
    const next = own[place + step];
    if (next) this.moveTo("ribbon", next.key);
    else if (place + step < 0) this.moveTo("arc", arc);
  }

  private moveTo(kind: Pointed["kind"], key: string): void {
    const node = this.svg.querySelector<SVGElement>(`[data-${kind}="${CSS.escape(key)}"]`);
    if (!node) return;
    node.focus();
    if (kind === "arc") this.keepOneTabStop(node);
  }

  /** One arc takes the tab key; the arrow keys go on from there. */
  private keepOneTabStop(chosen?: Element): void {
    const all = [...this.svg.querySelectorAll("[data-arc]")];
    const before = all.find((node) => node.getAttribute("tabindex") === "0");
    const stop = chosen ?? before ?? this.svg.querySelector(".peer");
    for (const node of all) node.setAttribute("tabindex", node === stop ? "0" : "-1");
  }
}

function pictureOf(view: View, selection: Selection, width: number, height: number): Picture {
  const peers = layOut(view.peers, PEERS);
  const inside = view.endpoints && layOutInside(peers, view.endpoints, ENDPOINTS);
  const own = inside?.arcs.filter(({ place }) => place.kind === "endpoint") ?? [];
  const inner = own.map(({ place }) => place.address).filter((address) => address !== "");
  const whole = own.length <= WHOLE_LABELS && width >= WHOLE_FROM;
  const endpointPrefix = whole ? "" : commonPrefix(inner, 2);
  const names = inside?.arcs.map((arc) => endpointName(arc, endpointPrefix).length);
  const isWide = window.matchMedia("(min-width: 2000px)").matches;
  const outer = view.peers.places.filter(({ kind }) => kind === "peer");
  return {
    peers,
    inside,
    frame: frameFor(width, height, isWide, names ? Math.max(0, ...names) : null),
    measure: view.measure,
    selected: selection.peer,
    tick: inside || width < 560 || view.total <= 0 ? 0 : tickStep(0, view.total, TICKS),
    peerPrefix: commonPrefix(
      outer.map(({ address }) => address),
      1,
    ),
    endpointPrefix,
  };
}

function drawLegend(view: View, picture: Picture): void {
  const what = view.measure.unit === "bits" ? "bits" : "packets";
  const parts = [`arc length = ${what} sent`];
  if (picture.tick > 0) parts.push(`one tick = ${roundText(picture.tick, view.measure)}`);
  if (picture.endpointPrefix !== "") parts.push(`labels: ${picture.endpointPrefix}${REST}`);
  say(byId("scale", HTMLElement), parts.join(" · "));
}

function quietText({ drain }: View, { peer, vni, window }: Selection): string {
  if (drain.status.state === "gone" && window === "last") {
    return "Nothing any more. Choose “total” for all that was counted.";
  }
  const who = peer === null ? "" : ` from or to ${peer}`;
  const where = vni === null ? "" : vni === "none" ? " without a VNI" : ` in VNI ${String(vni)}`;
  const when = window === "last" ? " in the last interval" : " since the start";
  return `No tunnelled traffic${who}${where}${when}`;
}

/** The mark under an event: an arc with all that belongs to it, or a ribbon. */
function targetOf(target: EventTarget | null): Pointed | null {
  if (!(target instanceof Element)) return null;
  const own = target.closest("[data-arc], [data-label]");
  const arc = own?.getAttribute("data-arc") ?? own?.getAttribute("data-label");
  if (arc) return { kind: "arc", key: arc };
  const near = target.closest("[data-ribbon], [data-reach]");
  const key = near?.getAttribute("data-ribbon") ?? near?.getAttribute("data-reach");
  return key ? { kind: "ribbon", key } : null;
}
