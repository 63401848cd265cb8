/** What lies over the cells: a veil on all that is not meant, a crosshair, rings, the culprit. */
import { standingFor } from "../chosen";
import { px, set, shape } from "../svg";
import { thingsOf } from "../things";
import type { Line } from "./heat";
import type { HeatPicture } from "./picture";

/** A cell by its row and column. */
export type At = readonly [row: number, column: number];

/** In which rows and columns something is. */
interface Ends {
  readonly rows: readonly boolean[];
  readonly columns: readonly boolean[];
}

export class Over {
  private readonly veil = shape("path", { class: "veil" });
  private readonly cross = shape("path", { class: "cross" });
  private readonly chosen = shape("path", { class: "ring" });
  private readonly culprit = shape("path", { class: "culprit" });
  private readonly aim = shape("path", { class: "aim" });

  constructor(layer: SVGGElement) {
    layer.append(this.veil, this.cross, this.culprit, this.chosen, this.aim);
  }

  /** @param at the cell that is pointed at; null for none. */
  draw(picture: HeatPicture, at: At | null): void {
    const [a, b] = (picture.chosen ?? "").split("|").map((key) => endsOf(picture, key));
    set(this.veil, { d: a && isSomewhere(a) ? veilPath(picture, a, b ?? null) : "" });
    set(this.chosen, { d: a && b ? outline(picture, [...cells(a, b), ...cells(b, a)]) : "" });
    set(this.culprit, { d: outline(picture, culpritCells(picture)) });
    set(this.cross, { d: at ? crossPath(picture, at) : "" });
    set(this.aim, { d: at ? outline(picture, [at]) : "" });
  }
}

function endsOf({ heat, places }: HeatPicture, key: string): Ends {
  const standing = standingFor(places, key);
  const has = (line: Line): boolean =>
    standing !== null && line.places.some((place) => standing.place(place));
  return { rows: heat.rows.map(has), columns: heat.columns.map(has) };
}

function isSomewhere({ rows, columns }: Ends): boolean {
  return rows.includes(true) || columns.includes(true);
}

/** The cells in the rows of one and the columns of the other. */
function cells(from: Ends, to: Ends): At[] {
  return from.rows.flatMap((isFrom, r) =>
    isFrom ? to.columns.flatMap((isTo, c): At[] => (isTo ? [[r, c]] : [])) : [],
  );
}

/** Round the one cell that the culprit's flow is in: its sender's row, its receiver's column. */
function culpritCells(picture: HeatPicture): At[] {
  const { culprit } = picture;
  if (culprit === null) return [];
  const [first = "", second = ""] = culprit.key.split("|");
  const isFirst = thingsOf(first)[0]?.address === culprit.flow.inner_src;
  const [from, to] = isFirst ? [first, second] : [second, first];
  return cells(endsOf(picture, from), endsOf(picture, to));
}

/** Everything but the cells that have to do with what is chosen. */
function veilPath({ heat, plan }: HeatPicture, a: Ends, b: Ends | null): string {
  const isMeant = (r: number, c: number): boolean => {
    if (b === null) return a.rows[r] === true || a.columns[c] === true;
    return Boolean((a.rows[r] && b.columns[c]) ?? (b.rows[r] && a.columns[c]));
  };
  const [width, height] = [px(plan.cellWidth), px(plan.cellHeight)];
  const square = (r: number, c: number): string =>
    `M${px(plan.x + c * plan.cellWidth)},${px(plan.y + r * plan.cellHeight)}h${width}v${height}h-${width}Z`;
  return heat.rows
    .flatMap((_, r) => heat.columns.map((__, c) => (isMeant(r, c) ? "" : square(r, c))))
    .join("");
}

/** The borders of a row and a column, from their names to their sums. */
function crossPath({ heat, plan }: HeatPicture, [row, column]: At): string {
  const [x, y] = [plan.x + column * plan.cellWidth, plan.y + row * plan.cellHeight];
  const width = px(heat.columns.length * plan.cellWidth);
  const height = px(heat.rows.length * plan.cellHeight);
  return (
    `M${px(plan.x)},${px(y)}h${width}m0,${px(plan.cellHeight)}h-${width}` +
    `M${px(x)},${px(plan.y)}v${height}m${px(plan.cellWidth)},0v-${height}`
  );
}

function outline({ plan }: HeatPicture, where: readonly At[]): string {
  const radius = plan.cellWidth < 20 ? 2 : 4;
  const corner = (x: number, y: number): string => `a${radius},${radius} 0 0 1 ${x},${y}`;
  const [width, height] = [px(plan.cellWidth - 2 * radius), px(plan.cellHeight - 2 * radius)];
  return where
    .map(([r, c]) => {
      const [x, y] = [plan.x + c * plan.cellWidth + radius, plan.y + r * plan.cellHeight];
      return (
        `M${px(x)},${px(y)}h${width}${corner(radius, radius)}v${height}${corner(-radius, radius)}` +
        `h-${width}${corner(-radius, -radius)}v-${height}${corner(radius, -radius)}Z`
      );
    })
    .join("");
}
