/** All that the heat map is drawn from. */
import { commonPrefix } from "../address";
import { OTHER_COLOUR, coloursOf } from "../colour";
import type { Matrix } from "../matrix";
import { scaleFor, type Scale } from "../scale";
import type { Selection } from "../state";
import type { Culprit, Traffic } from "../traffic";
import type { Measure } from "../format";
import { heatOf, type Heat, type Line } from "./heat";
import { lineName } from "./lines";
import { planFor, roomFor, type Plan } from "./plan";

export interface HeatPicture {
  readonly heat: Heat;
  readonly plan: Plan;
  readonly width: number;
  readonly height: number;
  readonly measure: Measure;
  /** Of the cells, and of both margins. */
  readonly scale: Scale;
  readonly sums: Scale;
  readonly rowNames: readonly string[];
  readonly columnNames: readonly string[];
  /** Colour of each line: grey where it is several. */
  readonly colours: ReadonlyMap<string, string>;
  readonly chosen: string | null;
  readonly culprit: Culprit | null;
}

export function pictureOf(
  traffic: Traffic,
  selection: Selection,
  width: number,
  height: number,
): HeatPicture {
  const isWide = window.matchMedia("(min-width: 2000px)").matches;
  const from = matrixOf(traffic, selection);
  const heat = heatOf(from, roomFor(width, height, isWide));
  const prefix = prefixOf(heat.columns);
  const narrow = width < 560;
  const rowNames = heat.rows.map((line) => lineName(line, narrow ? prefix : ""));
  const columnNames = heat.columns.map((line) => lineName(line, prefix));
  const { measure } = traffic;
  return {
    heat,
    plan: planFor(width, height, isWide, {
      rows: heat.rows.length,
      columns: heat.columns.length,
      rowLabel: longest(rowNames),
      columnLabel: longest(columnNames),
    }),
    width,
    height,
    measure,
    scale: scaleFor(heat.most, measure),
    sums: scaleFor(Math.max(...heat.sent, ...heat.received), measure),
    rowNames,
    columnNames,
    colours: lineColours(from, heat.columns),
    chosen: selection.chosen,
    culprit: traffic.culprit,
  };
}

/** Peers, or what is behind them; by network what each peer has there: networks never mix. */
export function matrixOf({ rim, inside }: Traffic, { layer, grouping }: Selection): Matrix {
  return layer === "overlay" || grouping === "vni" ? inside : rim;
}

function prefixOf(lines: readonly Line[]): string {
  const addresses = lines.flatMap(({ places }) => places.map(({ address }) => address));
  return commonPrefix(
    addresses.filter((address) => address !== ""),
    1,
  );
}

function longest(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => name.length));
}

function lineColours({ places }: Matrix, lines: readonly Line[]): Map<string, string> {
  const colours = coloursOf(places);
  const byKey = new Map(places.map(({ key }, i) => [key, colours[i] ?? OTHER_COLOUR]));
  return new Map(
    lines.map(({ key, kind, places: own }) => {
      const rims = new Set(own.map(({ rim }) => rim));
      const [first] = own;
      const colour = kind === "block" && rims.size > 1 ? undefined : byKey.get(first?.key ?? "");
      return [key, colour ?? OTHER_COLOUR];
    }),
  );
}
