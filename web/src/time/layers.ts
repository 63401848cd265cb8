/** What a plot of the past shows: lines, stacked areas, the clock, what is held. */
import type { Selection } from "d3-selection";
import { area, curveMonotoneX, stack, type SeriesPoint } from "d3-shape";
import { insideColour, OTHER_COLOUR, rimColour } from "../colour";
import { amountText, roundText } from "../format";
import { NO_COUNTS, sum } from "../amounts";
import { byGrowth, type Bin } from "../series";
import type { SteadyOrder } from "../steady";
import { networkKey, thingsOf } from "../things";
import { keepOneTabStop } from "./keys";
import type { Plot } from "./plot";
import { clockOffset, ticksOf } from "./ticks";

export type Layer = Selection<SVGGElement, unknown, null, undefined>;

/** Where the shown data ends, while something is held. */
export interface Held {
  readonly time: number;
  readonly waiting: number;
}

/** What stands out, as keys; null for nothing. */
export interface Emphasis {
  readonly chosen: string | null;
  /** Who grew most: the sending endpoint. */
  readonly culprit: string | null;
}

/** Px between two labels of the clock. */
const CLOCK_PX = 90;
/** Narrower pictures have the amounts inside. */
const NARROW = 560;

export function drawGrid(layer: Layer, { y, lines, left, width, right }: Plot): void {
  layer
    .selectAll("path")
    .data(lines)
    .join("path")
    .attr("class", "grid")
    .attr("d", (value) => `M${left},${y(value)}H${width - right}`);
}

/**
 * Stacked in the order of growth, who grew most on top.
 *
 * @param about what the layers are of: others are ordered anew at once.
 */
export function drawAreas(
  layer: Layer,
  plot: Plot,
  order: SteadyOrder,
  about: string,
  { chosen, culprit }: Emphasis,
): void {
  const { x, y, bins, amount } = plot;
  const keys = order.apply(about, byGrowth(bins), (key) => key, false, performance.now());
  const stacked = stack<unknown, Bin, string>()
    .keys(keys)
    .value(({ rates }, key) => amount(rates.get(key) ?? NO_COUNTS))([...bins]);
  const shape = area<SeriesPoint<Bin>>(
    ({ data }) => x(data.time),
    ([low]) => y(low),
    ([, high]) => y(high),
  )
    .defined(({ data }) => data.isGap !== true)
    .curve(curveMonotoneX);
  const isMeant = meantBy(chosen);
  const grown = layerOf(culprit, keys);
  const some = keys.some(isMeant);
  const colours = layerColours(keys);
  layer
    .selectAll<SVGPathElement, (typeof stacked)[number]>("path")
    .data(stacked, ({ key }) => key)
    .join("path")
    .order()
    .attr("class", "layer")
    .attr("role", "button")
    .attr("aria-label", (one) => layerWords(one.key, one, plot))
    .attr("aria-pressed", ({ key }) => String(some && isMeant(key)))
    .attr("data-sender", ({ key }) => key)
    .attr("data-key", ({ key }) => key)
    .classed("culprit", ({ key }) => key === grown)
    .classed("chosen", ({ key }) => some && isMeant(key))
    .classed("faded", ({ key }) => some && !isMeant(key))
    .attr("fill", ({ key }) => colours.get(key) ?? OTHER_COLOUR)
    .attr("d", (one) => shape(one));
  keepOneTabStop(layer.node());
}

/** "172.16.1.106: 68.1 Mb/s in the mean, 73.9 Mb/s at the end". */
function layerWords(
  key: string,
  points: readonly SeriesPoint<Bin>[],
  { measure }: Pick<Plot, "measure">,
): string {
  const values = points.filter(({ data }) => data.isGap !== true).map(([low, high]) => high - low);
  const mean = sum(values) / Math.max(1, values.length);
  const [all, last] = [mean, values.at(-1) ?? 0].map((value) => amountText(value, measure));
  return `${layerName(key)}: ${all ?? ""} in the mean, ${last ?? ""} at the end`;
}

/** How a layer is called. */
export function layerName(key: string): string {
  const [thing] = thingsOf(key);
  switch (thing?.kind) {
    case "network":
      return thing.vni === null ? "no VNI" : `VNI ${String(thing.vni)}`;
    case "endpoint":
      return thing.address === "" ? `${thing.peer}, no address` : thing.address;
    default:
      return key;
  }
}

/** Peers and networks have their own, endpoints shades of their peer's. */
export function layerColours(keys: readonly string[]): Map<string, string> {
  const nth = new Map<string, number>();
  return new Map(
    [...keys].sort().map((key) => {
      const [thing] = thingsOf(key);
      if (thing?.kind !== "endpoint") return [key, rimColour(key)];
      const place = nth.get(thing.peer) ?? 0;
      nth.set(thing.peer, place + 1);
      return [key, insideColour(thing.peer, place)];
    }),
  );
}

/** Whether a layer is what is chosen, or a part of it. */
function meantBy(chosen: string | null): (key: string) => boolean {
  const things = thingsOf(chosen ?? "");
  return (key) =>
    things.some(
      (thing) => key === thing.key || key === thing.peer || key.startsWith(`${thing.key}/`),
    );
}

/** The layer that an endpoint is, or is a part of; null where it is added up with others. */
export function layerOf(endpoint: string | null, keys: readonly string[]): string | null {
  const [thing] = thingsOf(endpoint ?? "");
  if (thing === undefined) return null;
  const own = [thing.key, thing.peer, networkKey(thing.vni)];
  return own.find((key) => keys.includes(key)) ?? null;
}

export function drawAxes(layer: Layer, plot: Plot): void {
  const { x, y, lines, left, right, width, height, bottom, limits, measure } = plot;
  const isNarrow = width < NARROW;
  layer
    .selectAll("text.amount")
    .data(lines)
    .join("text")
    .attr("class", "amount")
    .attr("x", isNarrow ? width - right : width - right + 8)
    .attr("y", (value) => y(value) - (isNarrow ? 5 : 0))
    .attr("dy", isNarrow ? 0 : ".35em")
    .attr("text-anchor", isNarrow ? "end" : "start")
    .text((value) => roundText(value, measure));
  const across = width - left - right;
  const ticks = ticksOf(limits, across, CLOCK_PX, clockOffset(limits.to));
  const ground = height - bottom;
  layer
    .selectAll("path")
    .data(ticks)
    .join("path")
    .attr("class", "mark")
    .attr("d", ({ time, label }) => `M${x(time)},${ground}v${label === "" ? 3 : 5}`);
  const isInside = (time: number): boolean => x(time) > left + 16 && x(time) < width - right - 12;
  layer
    .selectAll("text.clock")
    .data(ticks.filter(({ time, label }) => label !== "" && isInside(time)))
    .join("text")
    .attr("class", "clock")
    .attr("x", ({ time }) => x(time))
    .attr("y", ground + 17)
    .attr("text-anchor", "middle")
    .text(({ label }) => label);
}

/** Later data is veiled: it waits. */
export function drawHeld(layer: Layer, plot: Plot, held: Held | null): void {
  const { x, limits, top, height, bottom, width, right } = plot;
  const marks = held && held.time >= limits.from ? [held] : [];
  const group = layer
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
    .attr("width", ({ time }) => Math.max(0, width - right - x(time)))
    .attr("y", top - 4)
    .attr("height", height - bottom - top + 4);
  group.select(".held").attr("d", ({ time }) => `M${x(time)},${top - 8}V${height - bottom}`);
}
