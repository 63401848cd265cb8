/** At the right: what makes the difference between the two chosen stretches of time. */
import { rimColour } from "../colour";
import { keep, make, part, say, sayQuantity, swatch } from "../dom";
import { MINUS, quantity, type Measure } from "../format";
import { onScale, scaleFor, type Scale } from "../scale";
import { shorten, tailOf } from "../address";
import { thingsOf } from "../things";
import { REST } from "./contributions";
import type { FlowComparison, FlowPart } from "./growth";
import { layerName } from "./layers";

/** Longest address. */
const LONGEST = 15;

/** The largest growth and the largest decline: bars of both meet at one axis. */
interface Extent {
  readonly up: number;
  readonly down: number;
}

export class ComparisonPart {
  readonly root: HTMLElement;
  private readonly before = make("b");
  private readonly after = make("b");
  private readonly change = make("b");
  private readonly unit = make("s");
  private readonly rows = make("div", { "data-role": "contributions" });
  private readonly sum = make("b");

  constructor(choose: (key: string) => void) {
    const column = (name: string, value: HTMLElement): HTMLElement =>
      make("div", {}, make("span", {}, name), value);
    this.root = make(
      "div",
      { class: "comparison" },
      make("h2", {}, "B against A", make("s", {}, "mean wire rate")),
      make(
        "div",
        { class: "two three" },
        column("A before", this.before),
        column("B chosen", this.after),
        column("difference", this.change),
      ),
      make("h2", {}, "What makes the difference", this.unit),
      this.rows,
      make("p", { class: "sum" }, "Sum = difference of both", this.sum),
    );
    this.rows.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("[data-part]") : null;
      if (row?.dataset.part !== undefined && row instanceof HTMLButtonElement)
        choose(row.dataset.part);
    });
  }

  draw(comparison: FlowComparison, measure: Measure): void {
    const { before, after, change, parts } = comparison;
    sayQuantity(this.before, quantity(before, measure));
    sayQuantity(this.after, quantity(after, measure));
    const { digits, unit } = quantity(Math.abs(change), measure);
    sayQuantity(this.change, { digits: signed(change, digits), unit });
    const extent: Extent = {
      up: Math.max(0, ...parts.map((one) => one.change)),
      down: Math.max(0, ...parts.map((one) => -one.change)),
    };
    const scale = scaleFor(Math.max(extent.up, extent.down), measure);
    say(this.unit, scale.unit);
    say(this.sum, signed(change, onScale(Math.abs(change), scale)));
    keep(
      this.rows,
      parts,
      ({ key, count }) => `${key} ${String(count)}`,
      newRow,
      (row, one) => {
        fill(row, one.change, extent, scale);
      },
    );
  }
}

function newRow(one: FlowPart): HTMLElement {
  const isOther = one.key === REST;
  const [name, receiver] = namesOf(one);
  return make(
    isOther ? "div" : "button",
    { class: "contribution", "data-part": one.key },
    swatch(rimColour(one.row?.outer_src ?? rimOf(one.key))),
    make(
      "span",
      { class: isOther ? "name" : "name mono" },
      name,
      ...(receiver === "" ? [] : [make("span", { class: "dim" }, ` → ${receiver}`)]),
    ),
    make("span", { class: "bars" }, make("span", { class: "extent" })),
    make("b", { class: "change" }),
  );
}

/** Sender and receiver, the latter without what both share; of a layer its name alone. */
function namesOf({ key, row, count }: FlowPart): readonly [name: string, receiver: string] {
  if (key === REST) return [count > 0 ? `other (${String(count)})` : "other", ""];
  if (row === null) return [shorten(layerName(key), LONGEST), ""];
  const sender = row.inner_src === "" ? row.outer_src : row.inner_src;
  const receiver = row.inner_dst === "" ? row.outer_dst : row.inner_dst;
  return [shorten(sender ?? "", LONGEST), tailOf(sender ?? "", receiver ?? "", 2)];
}

function rimOf(key: string): string {
  const [thing] = thingsOf(key);
  return thing?.kind === "endpoint" ? thing.peer : key;
}

/** To the right who grew, to the left who shrank, from one axis and to one scale. */
function fill(row: HTMLElement, change: number, { up, down }: Extent, scale: Scale): void {
  const bar = part(row, "extent");
  const whole = Math.max(up + down, 1e-12);
  const size = Math.max(0.015, Math.abs(change) / whole);
  const axis = Math.min(0.97, down / whole);
  bar.style.left = `${String(100 * (change < 0 ? Math.max(0, axis - size) : axis))}%`;
  bar.style.inlineSize = `${String(100 * size)}%`;
  say(part(row, "change"), signed(change, onScale(Math.abs(change), scale)));
}

function signed(change: number, digits: string): string {
  if (digits === "·" || digits === "0") return "0.0";
  return `${change < 0 ? MINUS : "+"}${digits}`;
}
