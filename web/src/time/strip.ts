/** The strip below every drawing: the last minutes, and the time that is chosen in them. */
import { select } from "d3-selection";
import { byId, make, say } from "../dom";
import { clockText, dayText, THIN } from "../format";
import type { Selection } from "../state";
import { SteadyOrder } from "../steady";
import type { Traffic } from "../traffic";
import { Brushes, type BrushActions } from "./brushes";
import { justBefore } from "./brush";
import { drawAreas, drawAxes, drawGrid, drawHeld, type Held, type Layer } from "./layers";
import { plotFor, type Plot } from "./plot";

/** Layers change places at most this often, in milliseconds. */
const REORDER_MS = 30_000;
const NARROW = 560;

export class TimelineStrip {
  private readonly svg: SVGSVGElement;
  private readonly order = new SteadyOrder(REORDER_MS);
  private readonly layers: Record<"grid" | "areas" | "axis" | "held", Layer>;
  private readonly brushes: Brushes;
  private readonly tools: BrushTools;
  private shown: { traffic: Traffic; selection: Selection; plot: Plot } | null = null;

  constructor(svg: SVGSVGElement, choose: BrushActions["choose"]) {
    this.svg = svg;
    svg.classList.add("past");
    const layer = (name: string): Layer => select(svg).append("g").attr("class", name);
    this.layers = {
      grid: layer("grid-lines"),
      areas: layer("areas"),
      axis: layer("axis"),
      held: layer("held-marks"),
    };
    const marks = select(svg).append("g").attr("class", "brushes").node();
    if (marks === null) throw new Error("no place for brushes");
    this.brushes = new Brushes(svg, marks, {
      choose,
      preview: () => {
        this.sayHint();
      },
    });
    this.tools = new BrushTools(byId("time-hint", HTMLElement), this.brushes, choose);
  }

  /** @param focus key of the layer that stands out; null for none. */
  draw(traffic: Traffic, selection: Selection, focus: string | null): void {
    const { width, height } = this.svg.getBoundingClientRect();
    const { past } = traffic;
    if (past.columns.length === 0 || width === 0) return;
    const [left, right, top] = width < NARROW ? [16, 16, 52] : [20, 72, 40];
    const plot = plotFor(past, traffic.measure, width, height, { left, right, top, bottom: 24 }, 2);
    this.shown = { traffic, selection, plot };
    drawGrid(this.layers.grid, plot);
    drawAreas(this.layers.areas, plot, this.order, focus);
    drawAxes(this.layers.axis, plot);
    drawHeld(this.layers.held, plot, past.held);
    this.brushes.draw(plot, selection);
    const { from, to, step } = plot.limits;
    const length = wholeText(to - from);
    say(
      byId("time-span", HTMLElement),
      past.isWhole ? `${dayText(from)}, ${length}` : `last ${length}`,
    );
    say(byId("time-point", HTMLElement), `one point = ${wholeText(step)}`);
    this.sayHint();
  }

  private sayHint(): void {
    if (!this.shown) return;
    this.tools.draw(this.shown.traffic.past.held, this.brushes);
  }
}

/** Right above the strip: what can be done, and buttons for who does not drag. */
export class BrushTools {
  private readonly words = make("span");
  private readonly begin = make("button", { class: "link" }, "Choose time");
  private readonly compare = make("button", { class: "link" }, "Compare");
  private readonly clear = make("button", { class: "link" }, "Clear");

  constructor(root: HTMLElement, brushes: Brushes, choose: BrushActions["choose"]) {
    root.replaceChildren(this.words, this.begin, this.compare, this.clear);
    this.begin.addEventListener("click", () => {
      brushes.begin("span");
    });
    this.compare.addEventListener("click", () => {
      const span = brushes.shown("span");
      if (span) choose({ before: justBefore(span) });
    });
    this.clear.addEventListener("click", () => {
      choose({ span: null, before: null });
    });
  }

  draw(held: Held | null, brushes: Brushes): void {
    const [span, before] = [brushes.shown("span"), brushes.shown("before")];
    say(this.words, hint(held, span));
    this.begin.hidden = span !== null;
    this.compare.hidden = span === null || before !== null;
    this.clear.hidden = span === null && before === null;
  }
}

function hint(held: Held | null, span: Selection["span"]): string {
  if (span !== null) {
    const [from, to] = [span.from, span.to].map((time) => clockText(time, { seconds: true }));
    return `${from ?? ""}–${to ?? ""}, ${wholeText(span.to - span.from)} · shift-drag to compare`;
  }
  if (held === null) return "all virtual networks · drag to choose a time";
  const things = held.waiting === 1 ? "interval" : "intervals";
  const since = clockText(held.time, { seconds: true });
  return `held at ${since} · ${String(held.waiting)} ${things} waiting · space resumes`;
}

/** "15 min", "1 s", "2.6 s", "20 ms", "26 h". */
function wholeText(seconds: number): string {
  const minutes = seconds / 60;
  if (minutes >= 120)
    return `${String(Number((minutes / 60).toFixed(minutes < 600 ? 1 : 0)))}${THIN}h`;
  if (seconds < 0.95) return `${String(Number((1000 * seconds).toPrecision(2)))}${THIN}ms`;
  if (seconds >= 60) return `${String(Number(minutes.toFixed(minutes < 10 ? 1 : 0)))}${THIN}min`;
  return `${String(Number(seconds.toFixed(1)))}${THIN}s`;
}
