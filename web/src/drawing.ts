/**
 * What a drawing is. They show one data set and one selection:
 *
 *     stream (live.ts) -> snapshot.ts -> traffic.ts -> a drawing -> its panel on the stage
 *                            link.ts -> Selection -^        |
 *                               ^------ tools.choose() -----+
 *
 * A new drawing is one file that exports a `Kind`, a style of its own, and one line in
 * drawings.ts; tab, key, panel, crumbs, right panel and address bar come from the frame.
 *
 * - `Traffic` has every number: rows that pass the filter, the matrices of rim and inside, what
 *   is added up as "other", the culprit. Its sums equal the ledger; a drawing adds up nothing
 *   that it does not show.
 * - `Selection` has what is chosen. A drawing never keeps a choice of its own that another
 *   drawing, or a link, could want: it calls `tools.choose`, and is drawn again.
 * - Keys (things.ts) name places and pairs of places; `selection.chosen` is one. All drawings
 *   mark it, fade the rest, and mark `traffic.culprit` with the amber outline.
 * - Colours are `colourOf(place, grouping)` of colour.ts, shapes carry direction too.
 * - A mark that can be chosen carries `data-key`, takes the focus, and says in `aria-label` what
 *   it shows. The frame chooses on click, drills on a second click and on enter, and shows the
 *   tip on hover and focus; a drawing does that itself only where marks are not elements.
 * - `draw` may be called sixty times a second while things move, and must return within some
 *   milliseconds with 500 peers: more work is given to `tools.later` in steps.
 */
import type { Selection, ViewName } from "./state";
import type { Traffic } from "./traffic";

/** `live`: new numbers; `step`: another selection; `still`: another size, or the first time. */
export type Pace = "live" | "step" | "still";

export interface Drawing {
  /** What else can be chosen of it: stands among the tools while it is shown. */
  readonly controls?: HTMLElement;
  /** Draws all of it into its panel. */
  draw(traffic: Traffic, selection: Selection, pace: Pace): void;
  /** Everything that has nothing to do with this key fades; null lets all stand out again. */
  emphasise?(key: string | null): void;
  /** What is drawn, for export as SVG and PNG; null where nothing is. */
  picture?(): SVGSVGElement | null;
  /** The same numbers as rows: shown in its place, read aloud, exported as CSV and JSON. */
  twin(traffic: Traffic, selection: Selection): Twin;
  /** More of them than are shown, for export: all that the server has. */
  all?(traffic: Traffic, selection: Selection): Promise<Twin>;
  /** No longer on the stage: stop what goes on by itself. */
  leave?(): void;
}

/** What one gets from its surroundings. */
export interface Tools {
  /** Choose something else; the rest stays. One call is one step of "back". */
  choose(change: Partial<Selection>): void;
  /** Whether the reader asked for less motion. */
  still(): boolean;
  /**
   * What the server replies to `api/v1/…`; rejects where there is none, or it does not answer.
   * The same path asked for again replaces nothing: whoever asks drops old answers.
   */
  ask(path: string): Promise<unknown>;
  /** Work that may wait: steps of a few milliseconds each, dropped when `draw` comes again. */
  later(steps: Iterable<unknown>): void;
}

export interface Kind {
  readonly name: ViewName;
  /** On its tab. */
  readonly title: string;
  /** For who cannot see it: "Who sends how much to whom, as …". */
  readonly about: string;
  make(panel: HTMLElement, tools: Tools): Drawing;
}

/** A table that says what a chart shows. */
export interface Twin {
  readonly caption: string;
  readonly columns: readonly TwinColumn[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface TwinColumn {
  readonly name: string;
  /** "bits_per_s", "packets", …; absent for words. */
  readonly unit?: string;
}
