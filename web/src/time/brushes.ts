/**
 * Both brushes on a plot: what is chosen, and what it is compared with. Dragging draws one out,
 * with shift the second; a body moves, an end resizes, and each end is a slider for the keys.
 */
import { clockText } from "../format";
import type { Selection, Span } from "../state";
import { set, shape } from "../svg";
import { dragged, keyed, latest, resized, within, type Edge, type Grip } from "./brush";
import type { Plot } from "./plot";

export type Which = "span" | "before";
type Both = Pick<Selection, Which>;

export interface BrushActions {
  /** A new choice, once the hand is off. */
  readonly choose: (change: Partial<Both>) => void;
  /** A click on nothing that is chosen: the key of the layer there. */
  readonly layer: (key: string) => void;
  /** While a hand is on a brush: it is drawn, and chosen later. */
  readonly preview: () => void;
}

interface Marks {
  readonly root: SVGGElement;
  readonly body: SVGRectElement;
  readonly ends: Record<Edge, { grip: SVGGElement; bar: SVGRectElement; reach: SVGRectElement }>;
}

/** Keys are pressed several times: that is one choice, made after so many milliseconds. */
const SETTLE_MS = 700;
/** Px that ends can be taken hold of beside themselves. */
const REACH = 12;
const NAMES: Record<Which, string> = {
  span: "the chosen time",
  before: "the time it is compared with",
};

export class Brushes {
  private readonly svg: SVGSVGElement;
  private readonly actions: BrushActions;
  private readonly marks: Record<Which, Marks>;
  private plot: Plot | null = null;
  private both: Both = { span: null, before: null };
  /** What a hand is doing to one of them. */
  private hand: { which: Which; span: Span | null; grip: Grip | null } | null = null;
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(svg: SVGSVGElement, layer: SVGGElement, actions: BrushActions) {
    this.svg = svg;
    this.actions = actions;
    this.marks = { before: this.newMarks("before"), span: this.newMarks("span") };
    layer.append(this.marks.before.root, this.marks.span.root);
    svg.addEventListener("pointerdown", (event) => {
      this.take(event);
    });
    svg.addEventListener("pointermove", (event) => {
      this.move(event);
    });
    svg.addEventListener("pointerup", (event) => {
      this.leave(event);
    });
    svg.addEventListener("pointercancel", () => {
      this.drop();
    });
  }

  /** What is shown now: what was chosen, or what a hand makes of it. */
  shown(which: Which): Span | null {
    return this.hand?.which === which ? this.hand.span : this.both[which];
  }

  draw(plot: Plot, both: Both): void {
    this.plot = plot;
    this.both = both;
    for (const which of ["span", "before"] as const) this.drawOne(which, plot);
  }

  /** A brush for who has no pointer, its end under the keys. */
  begin(which: Which): void {
    if (!this.plot) return;
    this.actions.choose({ [which]: latest(this.plot.limits) });
    this.marks[which].ends.from.grip.focus();
  }

  private drawOne(which: Which, { x, limits, top, height, bottom }: Plot): void {
    const { root, body, ends } = this.marks[which];
    const span = this.shown(which);
    const seen = span && within(span, limits);
    root.toggleAttribute("hidden", seen === null);
    if (span === null || seen === null) return;
    const [left, right] = [x(seen.from), x(seen.to)];
    const ground = height - bottom;
    set(body, { x: left, y: top - 6, width: right - left, height: ground - top + 6 });
    const size = ground - top > 200 ? 28 : 20;
    const middle = (top + ground) / 2;
    for (const edge of ["from", "to"] as const) {
      const { grip, bar, reach } = ends[edge];
      const at = x(seen[edge]);
      set(bar, { x: at - 3, y: middle - size / 2, width: 6, height: size, rx: 3 });
      set(reach, { x: at - REACH, y: top - 6, width: 2 * REACH, height: ground - top + 6 });
      set(grip, {
        "aria-valuemin": String(Math.round(limits.from)),
        "aria-valuemax": String(Math.round(limits.to)),
        "aria-valuenow": String(Math.round(span[edge])),
        "aria-valuetext": clockText(span[edge], { seconds: true }),
      });
    }
  }

  private newMarks(which: Which): Marks {
    const body = shape("rect", { class: "body", rx: 2, "data-part": "body" });
    const end = (edge: Edge): Marks["ends"][Edge] => {
      const reach = shape("rect", { class: "reach", "data-part": edge });
      const bar = shape("rect", { class: "bar" });
      const grip = shape("g", { role: "slider", tabindex: "0", class: "grip" }, reach, bar);
      grip.setAttribute("aria-label", `${edge === "from" ? "Begin" : "End"} of ${NAMES[which]}`);
      grip.addEventListener("keydown", (event) => {
        this.key(event, which, edge);
      });
      grip.addEventListener("blur", () => {
        this.settle();
      });
      return { grip, bar, reach };
    };
    const ends = { from: end("from"), to: end("to") };
    const root = shape("g", { class: `brush ${which}`, "data-brush": which });
    root.append(body, ends.from.grip, ends.to.grip);
    return { root, body, ends };
  }

  private take(event: PointerEvent): void {
    if (!this.plot || event.button !== 0 || !(event.target instanceof SVGElement)) return;
    this.settle();
    const down = this.timeAt(event);
    if (down === null) return;
    const part = partOf(event.target);
    const own = event.target.closest<SVGElement>("[data-brush]")?.dataset.brush;
    const held = own === "span" || own === "before" ? own : null;
    const isNew = held === null || part === "new" || (event.shiftKey && part === "body");
    const which = isNew ? (event.shiftKey ? "before" : "span") : held;
    const grip: Grip = { span: isNew ? null : this.both[which], part: isNew ? "new" : part, down };
    this.hand = { which, span: this.both[which], grip };
    this.svg.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const { hand, plot } = this;
    const at = this.timeAt(event);
    if (!hand?.grip || !plot || at === null) return;
    const span = dragged(hand.grip, at, plot.limits);
    this.hand = { ...hand, span: span ?? this.both[hand.which] };
    this.drawOne(hand.which, plot);
    this.actions.preview();
  }

  /** Hand off: chosen. A click beside them lets go of both, or chooses the layer that is there. */
  private leave(event: PointerEvent): void {
    const { hand, plot } = this;
    const at = this.timeAt(event);
    this.drop();
    if (!hand?.grip || !plot || at === null) return;
    const span = dragged(hand.grip, at, plot.limits);
    if (span !== null) this.actions.choose(this.withOther(hand.which, span));
    else if (this.both.span !== null || this.both.before !== null) {
      this.actions.choose({ span: null, before: null });
    } else {
      // The pointer is held by the picture, so the click itself would be nobody's.
      const key = layerAt(event)?.dataset.key;
      if (key !== undefined) this.actions.layer(key);
    }
  }

  /** A comparison needs something to compare: the latest stretch as long. */
  private withOther(which: Which, span: Span): Partial<Both> {
    const { limits } = this.plot ?? {};
    if (which === "span" || this.both.span !== null || !limits) return { [which]: span };
    const from = Math.max(limits.from, limits.to - (span.to - span.from));
    return { before: span, span: { from, to: limits.to } };
  }

  private drop(): void {
    this.hand = null;
    if (this.plot) this.draw(this.plot, this.both);
  }

  private key(event: KeyboardEvent, which: Which, edge: Edge): void {
    const span = this.shown(which);
    const { plot } = this;
    if (!span || !plot || event.ctrlKey || event.metaKey || event.altKey) return;
    if (["Escape", "Delete", "Backspace"].includes(event.key)) {
      this.hand = null;
      this.actions.choose({ [which]: null });
    } else if (event.key === "Enter") this.settle();
    else {
      const at = keyed(span[edge], event.key, event.shiftKey, plot.limits);
      if (at === null) return;
      this.hand = { which, span: resized(span, edge, at, plot.limits), grip: null };
      this.drawOne(which, plot);
      this.actions.preview();
      clearTimeout(this.settling);
      this.settling = setTimeout(() => {
        this.settle();
      }, SETTLE_MS);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** What keys made of a brush is chosen. */
  private settle(): void {
    clearTimeout(this.settling);
    const { hand } = this;
    if (hand?.grip !== null || hand.span === null) return;
    this.hand = null;
    this.actions.choose({ [hand.which]: hand.span });
  }

  private timeAt(event: PointerEvent): number | null {
    if (!this.plot) return null;
    return this.plot.x.invert(event.clientX - this.svg.getBoundingClientRect().left);
  }
}

function partOf(target: SVGElement): Grip["part"] {
  const { part } = target.dataset;
  return part === "body" || part === "from" || part === "to" ? part : "new";
}

function layerAt({ clientX, clientY }: PointerEvent): SVGElement | null {
  const found = document.elementsFromPoint(clientX, clientY);
  const layer = found.find((one) => one.matches("[data-sender]"));
  return layer instanceof SVGElement ? layer : null;
}
