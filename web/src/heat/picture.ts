/** All that the heat map is drawn from. */
import { commonPrefix } from "../address";
import { lengthOf, type Named } from "../alias";
import { OTHER_COLOUR, coloursOf } from "../colour";
import { concernedBy, type Concerned } from "../findings/concerned";
import type { Matrix, Place } from "../matrix";
import { scaleFor, type Scale } from "../scale";
import type { Selection } from "../state";
import type { Culprit } from "../culprit";
import type { Traffic } from "../traffic";
import type { Measure } from "../format";
import { networkKey, thingsOf } from "../things";
import { heatOf, single, type Heat, type Line } from "./heat";
import { lineName, namedLine } from "./lines";
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
  readonly rowNames: readonly Named[];
  readonly columnNames: readonly Named[];
  /** What the names of the columns leave out. */
  readonly prefix: string;
  /** Colour of each line: grey where it is several. */
  readonly colours: ReadonlyMap<string, string>;
  /** Places of the matrix that it shows. */
  readonly places: readonly Place[];
  readonly chosen: string | null;
  readonly culprit: Culprit | null;
  readonly concerned: Concerned;
}

export function pictureOf(
  traffic: Traffic,
  selection: Selection,
  width: number,
  height: number,
): HeatPicture {
  const isWide = window.matchMedia("(min-width: 2000px)").matches;
  const from = matrixOf(traffic, selection);
  const apart = from.places.map((place) => lineName(single(place), ""));
  const short =
    Math.max(0, ...apart.map((name) => name.length)) - Math.max(0, prefixOf(apart).length - 1);
  const heat = heatOf(from, roomFor(width, height, isWide, short), openOf(selection));
  const prefix = prefixOf(heat.columns.map((line) => lineName(line, "")));
  const { measure } = traffic;
  return {
    heat,
    ...labelled(heat, prefix, [width, height, isWide]),
    width,
    height,
    measure,
    scale: scaleFor(heat.most, measure),
    sums: scaleFor(Math.max(...heat.sent, ...heat.received), measure),
    prefix,
    colours: lineColours(from, heat.columns),
    places: from.places,
    chosen: selection.chosen,
    culprit: traffic.culprit,
    concerned: concernedBy(traffic.findings, from.places),
  };
}

type Labels = Pick<HeatPicture, "plan" | "rowNames" | "columnNames">;
type Sides = readonly [rows: boolean, columns: boolean];

/** Names stand beside addresses, of the columns too, where no cell loses its number by that. */
function labelled(
  { rows, columns }: Heat,
  prefix: string,
  [width, height, isWide]: readonly [width: number, height: number, isWide: boolean],
): Labels {
  const texts = (lines: readonly Line[], isNamed: boolean, isShort: boolean): Named[] =>
    lines.map((line) =>
      isNamed ? namedLine(line, prefix, isShort) : [lineName(line, isShort ? prefix : ""), ""],
    );
  const laid = ([ofRows, ofColumns]: Sides): Labels => {
    const [whole, short] = [texts(rows, ofRows, false), texts(rows, ofRows, true)];
    const columnNames = texts(columns, ofColumns, true);
    const plan = planFor(width, height, isWide, {
      rows: rows.length,
      columns: columns.length,
      wholeName: longest(whole),
      shortName: longest(short),
      columnName: longest(columnNames),
    });
    return { plan, rowNames: plan.short ? short : whole, columnNames };
  };
  const bare = laid([false, false]);
  if (bare.plan.size === "phone") return bare;
  const isGood = ({ plan }: Labels): boolean =>
    plan.short === bare.plan.short &&
    (plan.numbers ||
      plan.cellHeight * plan.cellWidth === bare.plan.cellHeight * bare.plan.cellWidth);
  return [laid([true, true]), laid([true, false])].find(isGood) ?? bare;
}

/** Peers, or what is behind them; by network what each peer has there: networks never mix. */
export function matrixOf({ rim, inside }: Traffic, { layer, grouping }: Selection): Matrix {
  return layer === "overlay" || grouping === "vni" ? inside : rim;
}

/** What all addresses and prefixes among the names have in common. */
function prefixOf(names: readonly string[]): string {
  return commonPrefix(
    names.filter((name) => /[.:]/.test(name)),
    1,
  );
}

/** The arc that what is chosen is in. */
function openOf({ chosen, grouping }: Selection): string | null {
  const [thing] = thingsOf(chosen ?? "");
  if (thing === undefined) return null;
  return grouping === "vni" ? networkKey(thing.vni) : thing.peer;
}

function longest(names: readonly Named[]): number {
  return Math.max(0, ...names.map(lengthOf));
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
