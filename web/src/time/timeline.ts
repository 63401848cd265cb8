/** The timeline as a drawing: the strip, large, with both brushes and what they say. */
import { select } from "d3-selection";
import { amountIn, NO_COUNTS } from "../amounts";
import { make, say } from "../dom";
import type { Drawing, Kind, Tools, Twin } from "../drawing";
import { unitName } from "../pairs";
import type { Selection } from "../state";
import { SteadyOrder } from "../steady";
import { shape } from "../svg";
import type { Traffic } from "../traffic";
import { Brushes } from "./brushes";
import { connectKeys } from "./keys";
import { drawBrushLabels } from "./labels";
import { drawAreas, drawAxes, drawGrid, drawHeld, type Layer } from "./layers";
import { plotFor, type Plot } from "./plot";
import { sentenceOf } from "./sentence";
import { BrushTools } from "./tools";
import { Backs } from "./backs";
import { stackedBy } from "./stacked";

export const timeline: Kind = {
  name: "timeline",
  title: "Timeline",
  about: "Wire rate of the last minutes, stacked by who sends",
  make: (panel, tools) => new Timeline(panel, tools),
};

const REORDER_MS = 30_000;
const MARGINS = {
  phone: { left: 16, right: 16, top: 96, bottom: 30 },
  desk: { left: 20, right: 72, top: 104, bottom: 34 },
} as const;

class Timeline implements Drawing {
  private readonly svg = shape("svg", { id: "past", class: "drawing past", role: "group" });
  private readonly heading = make("h2", { class: "past-heading" });
  private readonly hint = make("div", { class: "hint" });
  private readonly order = new SteadyOrder(REORDER_MS);
  private readonly layers: Record<"grid" | "areas" | "axis" | "held" | "labels", Layer>;
  private readonly brushes: Brushes;
  private readonly backs: Backs;
  readonly controls: HTMLElement;
  private readonly tools: BrushTools;
  private shown: { traffic: Traffic; selection: Selection; plot: Plot } | null = null;

  constructor(panel: HTMLElement, tools: Tools) {
    const choose = (change: Partial<Selection>): void => {
      tools.choose(change);
    };
    this.svg.setAttribute("aria-label", timeline.about);
    this.backs = new Backs((back_s) => {
      choose({ back_s, span: null, before: null });
    });
    this.controls = this.backs.root;
    panel.append(this.heading, this.hint, this.svg);
    const layer = (name: string): Layer => select(this.svg).append("g").attr("class", name);
    this.layers = {
      grid: layer("grid-lines"),
      areas: layer("areas"),
      axis: layer("axis"),
      held: layer("held-marks"),
      labels: layer("labels"),
    };
    connectKeys(this.layers.areas.node());
    const marks = shape("g", { class: "brushes" });
    this.svg.append(marks);
    this.brushes = new Brushes(this.svg, marks, {
      choose,
      layer: (chosen) => {
        choose({ chosen });
      },
      preview: () => {
        this.label();
      },
    });
    this.tools = new BrushTools(this.hint, this.brushes, choose);
  }

  draw(traffic: Traffic, selection: Selection): void {
    const { width, height } = this.svg.getBoundingClientRect();
    const { past } = traffic;
    if (width === 0 || past.columns.length === 0) return;
    const margins = width < 560 ? MARGINS.phone : MARGINS.desk;
    const plot = plotFor(past, traffic.measure, width, height, margins, 4);
    this.shown = { traffic, selection, plot };
    this.backs.show(selection.back_s, past.isWhole);
    drawGrid(this.layers.grid, plot);
    drawAreas(this.layers.areas, plot, this.order, stackedBy(selection), {
      chosen: selection.chosen,
      culprit: traffic.culprit?.sender ?? null,
    });
    drawAxes(this.layers.axis, plot);
    drawHeld(this.layers.held, plot, past.held);
    this.brushes.draw(plot, selection);
    this.label();
  }

  picture(): SVGSVGElement {
    return this.svg;
  }

  twin({ past, measure }: Traffic): Twin {
    const keys = [...new Set(past.columns.flatMap(({ counts }) => [...counts.keys()]))];
    const rates = { ...measure, period: "rate" } as const;
    return {
      caption: "Who sent how much in each interval",
      columns: [{ name: "Time" }, ...keys.map((name) => ({ name, unit: unitName(rates) }))],
      rows: past.columns.map(({ time, interval_s, counts }) => {
        const amount = amountIn(rates, interval_s);
        const cells = keys.map((key) => amount(counts.get(key) ?? NO_COUNTS));
        return [new Date(time * 1000).toISOString(), ...cells];
      }),
    };
  }

  /** What the brushes say, also while a hand moves them. */
  private label(): void {
    if (!this.shown) return;
    const { traffic, plot, selection } = this.shown;
    const [span, before] = [this.brushes.shown("span"), this.brushes.shown("before")];
    drawBrushLabels(this.layers.labels, plot, traffic.past.columns, before, span);
    say(this.heading, sentenceOf(traffic, plot, span, before));
    this.tools.draw(traffic.past.held, this.brushes, selection);
  }
}
