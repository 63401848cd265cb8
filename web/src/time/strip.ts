/** The strip below every drawing: the last minutes, and the time that is chosen in them. */
import { select } from "d3-selection";
import { byId, say } from "../dom";
import { dayText } from "../format";
import type { Selection } from "../state";
import { SteadyOrder } from "../steady";
import type { Traffic } from "../traffic";
import { Brushes } from "./brushes";
import { connectKeys } from "./keys";
import { drawAreas, drawAxes, drawGrid, drawHeld, type Layer } from "./layers";
import { wholeText } from "./lengths";
import { plotFor, type Plot } from "./plot";
import { pastTitle, stackedBy } from "./stacked";
import { BrushTools } from "./tools";

/** Layers change places at most this often, in milliseconds. */
const REORDER_MS = 30_000;
const NARROW = 560;
/** From this height on, in px, its title is in larger type. */
const LARGE = 200;

export class TimelineStrip {
  private readonly svg: SVGSVGElement;
  private readonly order = new SteadyOrder(REORDER_MS);
  private readonly layers: Record<"grid" | "areas" | "axis" | "held", Layer>;
  private readonly brushes: Brushes;
  private readonly tools: BrushTools;
  private shown: { traffic: Traffic; selection: Selection; plot: Plot } | null = null;

  constructor(svg: SVGSVGElement, choose: (change: Partial<Selection>) => void) {
    this.svg = svg;
    svg.classList.add("past");
    const layer = (name: string): Layer => select(svg).append("g").attr("class", name);
    this.layers = {
      grid: layer("grid-lines"),
      areas: layer("areas"),
      axis: layer("axis"),
      held: layer("held-marks"),
    };
    connectKeys(this.layers.areas.node(), (chosen) => {
      choose({ chosen });
    });
    const marks = select(svg).append("g").attr("class", "brushes").node();
    if (marks === null) throw new Error("no place for brushes");
    this.brushes = new Brushes(svg, marks, {
      choose,
      layer: (chosen) => {
        choose({ chosen });
      },
      preview: () => {
        this.sayHint();
      },
    });
    this.tools = new BrushTools(byId("time-hint", HTMLElement), this.brushes, choose);
  }

  draw(traffic: Traffic, selection: Selection): void {
    const { width, height } = this.svg.getBoundingClientRect();
    const { past } = traffic;
    if (past.columns.length === 0 || width === 0) return;
    const [left, right, top] = width < NARROW ? [16, 16, 52] : [20, 72, height < LARGE ? 40 : 54];
    const plot = plotFor(past, traffic.measure, width, height, { left, right, top, bottom: 24 }, 2);
    this.shown = { traffic, selection, plot };
    drawGrid(this.layers.grid, plot);
    drawAreas(this.layers.areas, plot, this.order, stackedBy(selection), {
      chosen: selection.chosen,
      culprit: traffic.culprit?.sender ?? null,
    });
    drawAxes(this.layers.axis, plot);
    drawHeld(this.layers.held, plot, past.held);
    this.brushes.draw(plot, selection);
    const { from, to, step } = plot.limits;
    const length = wholeText(to - from);
    say(
      byId("time-span", HTMLElement),
      past.isWhole ? `${dayText(from)}, ${length}` : `last ${length}`,
    );
    say(byId("time-what", HTMLElement), pastTitle(selection));
    say(byId("time-point", HTMLElement), `one point = ${wholeText(step)}`);
    this.sayHint();
  }

  private sayHint(): void {
    if (!this.shown) return;
    const { traffic, selection } = this.shown;
    this.tools.draw(traffic.past.held, this.brushes, selection);
  }
}
