/** The strip below: wire rate of the last minutes, stacked by sending peer. */
import { tickStep } from "d3-array";
import { scaleLinear, type ScaleLinear } from "d3-scale";
import { select, type Selection } from "d3-selection";
import { area, curveMonotoneX, stack, type SeriesPoint } from "d3-shape";
import { amountIn, NO_COUNTS, type Amount } from "./amounts";
import { rimColour } from "./colour";
import { byId, say } from "./dom";
import { clockText, roundText, THIN, type Measure } from "./format";
import { append, binned, byGrowth, periodOf, type Bin, type Column } from "./series";
import type { UnitName } from "./state";
import { SteadyOrder } from "./steady";

/** Where the shown data ends, while something is held. */
export interface Held {
  readonly time: number;
  readonly waiting: number;
}

export interface TimelineChoice {
  readonly unit: UnitName;
  readonly peer: string | null;
  readonly held: Held | null;
}

interface Plot {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly width: number;
  readonly height: number;
  readonly measure: Measure;
}

type Layer = Selection<SVGGElement, unknown, null, undefined>;

/** Px per point: finer steps are not visible. */
const STEP_PX = 3;
/** Layers change places at most this often, in milliseconds. */
const REORDER_MS = 30_000;

export class TimelineStrip {
  private columns: readonly Column[] = [];
  private readonly svg: SVGSVGElement;
  private readonly order = new SteadyOrder(REORDER_MS);
  private readonly layers: Record<"grid" | "areas" | "axis" | "held", Layer>;

  constructor(svg: SVGSVGElement) {
    this.svg = svg;
    const layer = (name: string): Layer => select(svg).append("g").attr("class", name);
    this.layers = {
      grid: layer("grid-lines"),
      areas: layer("areas"),
      axis: layer("axis"),
      held: layer("held-marks"),
    };
  }

  /** Replaces the past, after the page opened or the stream was broken. */
  load(columns: readonly Column[]): void {
    const last = columns.at(-1)?.time ?? -Infinity;
    this.columns = [...columns, ...this.columns.filter(({ time }) => time > last)];
  }

  add(column: Column): void {
    this.columns = append(this.columns, column);
  }

  /** The last minute or so in single intervals, for the small curves. */
  recent(count: number): Bin[] {
    return this.columns.slice(-count).map(({ time, interval_s, counts }) => ({
      time,
      rates: new Map(
        [...counts].map(([peer, { packets, bytes }]) => [
          peer,
          { ...NO_COUNTS, packets: packets / interval_s, bytes: bytes / interval_s },
        ]),
      ),
    }));
  }

  draw(choice: TimelineChoice): void {
    const last = this.columns.at(-1);
    const { width, height } = this.svg.getBoundingClientRect();
    if (!last || width === 0) return;
    const narrow = width < 560;
    const [left, right, top, bottom] = narrow ? [16, 16, 42, 24] : [20, 72, 40, 24];
    const period = periodOf(this.columns);
    const step = Math.max(last.interval_s, (period * STEP_PX) / Math.max(1, width - left - right));
    const from = last.time - period;
    const bins = binned(
      this.columns.filter(({ time }) => time >= from),
      step,
    );
    const measure: Measure = { unit: choice.unit, size: "wire", period: "rate" };
    const amount = amountIn(measure, 1);
    const most = Math.max(...bins.map((bin) => totalOf(bin, amount)), 1e-9);
    const round = tickStep(0, most, 4);
    const plot: Plot = {
      x: scaleLinear([from, last.time], [left, width - right]),
      y: scaleLinear([0, Math.ceil(most / round) * round], [height - bottom, top]),
      width,
      height,
      measure,
    };
    this.drawGrid(plot, narrow);
    this.drawAreas(plot, bins, choice.peer, amount);
    this.drawAxis(plot, period, height - bottom, narrow);
    this.drawHeld(plot, choice.held, top, height - bottom);
    say(byId("time-span", HTMLElement), `last ${wholeText(period)}`);
    say(byId("time-point", HTMLElement), `one point = ${wholeText(step)}`);
    say(byId("time-hint", HTMLElement), hint(choice.held));
  }

  private drawGrid({ y, x, width, measure }: Plot, narrow: boolean): void {
    const [, most = 0] = y.domain();
    const lines = [most / 2, most];
    const [left = 0, right = 0] = x.range();
    this.layers.grid
      .selectAll("path")
      .data(lines)
      .join("path")
      .attr("class", "grid")
      .attr("d", (value) => `M${left},${y(value)}H${right}`);
    this.layers.axis
      .selectAll("text.amount")
      .data(lines)
      .join("text")
      .attr("class", "amount")
      .attr("x", narrow ? width - 16 : right + 8)
      .attr("y", (value) => y(value) - (narrow ? 5 : 0))
      .attr("dy", narrow ? 0 : ".35em")
      .attr("text-anchor", narrow ? "end" : "start")
      .text((value) => roundText(value, measure));
  }

  private drawAreas(plot: Plot, bins: readonly Bin[], chosen: string | null, amount: Amount): void {
    const peers = this.order.apply("", byGrowth(bins), (peer) => peer, false, performance.now());
    const layers = stack<unknown, Bin, string>()
      .keys(peers)
      .value(({ rates }, peer) => amount(rates.get(peer) ?? NO_COUNTS))([...bins]);
    const shape = area<SeriesPoint<Bin>>(
      ({ data }) => plot.x(data.time),
      ([low]) => plot.y(low),
      ([, high]) => plot.y(high),
    ).curve(curveMonotoneX);
    this.layers.areas
      .selectAll<SVGPathElement, (typeof layers)[number]>("path")
      .data(layers, ({ key }) => key)
      .join("path")
      .attr("class", "layer")
      .attr("data-sender", ({ key }) => key)
      .classed("chosen", ({ key }) => key === chosen)
      .classed("faded", ({ key }) => chosen !== null && peers.includes(chosen) && key !== chosen)
      .attr("fill", ({ key }) => rimColour(key))
      .attr("d", (layer) => shape(layer));
  }

  private drawAxis({ x }: Plot, period: number, y: number, narrow: boolean): void {
    const [from = 0, to = 0] = x.domain();
    const every = period <= 120 ? 15 : 60;
    const labelled =
      period <= 60 ? 15 : period <= 120 ? 30 : period <= 300 ? 60 : narrow ? 300 : 180;
    const marks: number[] = [];
    for (let at = Math.ceil(from / every) * every; at <= to; at += every) marks.push(at);
    const isLabelled = (time: number): boolean => time % labelled === 0;
    this.layers.axis
      .selectAll("path")
      .data(marks)
      .join("path")
      .attr("class", "mark")
      .attr("d", (time) => `M${x(time)},${y}v${isLabelled(time) ? 5 : 3}`);
    const [left = 0, right = 0] = x.range();
    this.layers.axis
      .selectAll("text.clock")
      .data(marks.filter((time) => isLabelled(time) && x(time) > left + 12 && x(time) < right - 8))
      .join("text")
      .attr("class", "clock")
      .attr("x", x)
      .attr("y", y + 17)
      .attr("text-anchor", "middle")
      .text((time) => clockText(time, { seconds: labelled < 60 }));
  }

  /** Later data is veiled: it waits. */
  private drawHeld({ x }: Plot, held: Held | null, top: number, bottom: number): void {
    const [from = 0] = x.domain();
    const [, right = 0] = x.range();
    const marks = held && held.time >= from ? [held] : [];
    const group = this.layers.held
      .selectAll<SVGGElement, Held>("g")
      .data(marks)
      .join((enter) => {
        const made = enter.append("g");
        made.append("rect").attr("class", "veil");
        made.append("path").attr("class", "held");
        return made;
      });
    group
      .select(".veil")
      .attr("x", ({ time }) => x(time))
      .attr("width", ({ time }) => Math.max(0, right - x(time)))
      .attr("y", top - 4)
      .attr("height", bottom - top + 4);
    group.select(".held").attr("d", ({ time }) => `M${x(time)},${top - 8}V${bottom}`);
  }
}

function totalOf({ rates }: Bin, amount: Amount): number {
  let total = 0;
  for (const counts of rates.values()) total += amount(counts);
  return total;
}

function hint(held: Held | null): string {
  if (held === null) return "all virtual networks";
  const things = held.waiting === 1 ? "interval" : "intervals";
  const since = clockText(held.time, { seconds: true });
  return `held at ${since} · ${String(held.waiting)} ${things} waiting · space resumes`;
}

/** "15 min", "1 s", "2.6 s". */
function wholeText(seconds: number): string {
  if (seconds >= 60) return `${(seconds / 60).toFixed(0)}${THIN}min`;
  return `${String(Number(seconds.toFixed(1)))}${THIN}s`;
}
