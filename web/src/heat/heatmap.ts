/** The matrix as a drawing: rows and columns of shaded cells, margins as bars, a crosshair. */
import { select } from "d3-selection";
import { make, say } from "../dom";
import type { Drawing, Kind, Tools, Twin } from "../drawing";
import { addHatch } from "../hatch";
import { amountText } from "../format";
import { pairTwin } from "../pairs";
import { headed } from "../scale";
import type { Selection } from "../state";
import { set, shape } from "../svg";
import type { Traffic } from "../traffic";
import { Columns } from "./heads";
import { SHADES } from "./heat";
import { Over, type At } from "./over";
import { pictureOf, type HeatPicture } from "./picture";
import { nameCell, Rows } from "./rows";

export const matrix: Kind = {
  name: "matrix",
  title: "Matrix",
  about: "Who sends how much to whom, as a heat map: senders by row, receivers by column",
  make: (panel, tools) => new HeatMap(panel, tools),
};

/** Keys that go from cell to cell. */
const STEPS: Readonly<Record<string, At>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

class HeatMap implements Drawing {
  private readonly svg = shape("svg", { id: "heat", class: "heat" });
  private readonly grid = shape("g", { role: "grid", "aria-label": matrix.about });
  private readonly titles = shape("g", { class: "titles", "aria-hidden": "true" });
  private readonly legend = make("div", { class: "shades", "aria-hidden": "true" });
  private readonly rows: Rows;
  private readonly columns: Columns;
  private readonly over: Over;
  private readonly tools: Tools;
  private picture_: HeatPicture | null = null;
  private about = "";
  private at: At | null = null;
}
