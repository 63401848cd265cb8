/** What stands above the brushes of a large plot: their letters, times and means. */
import { amountText, clockText } from "../format";
import type { Column } from "../series";
import type { Span } from "../state";
import { meanOf, meansIn } from "./means";
import type { Layer } from "./layers";
import type { Plot } from "./plot";

interface Label {
  readonly letter: "A" | "B";
  readonly words: string;
  readonly x: number;
}

/** Px of a character, about. */
const CHARACTER = 6.4;

export function drawBrushLabels(
  layer: Layer,
  plot: Plot,
  columns: readonly Column[],
  before: Span | null,
  chosen: Span | null,
): void {
  const a = before && labelOf("A", "before", before, plot, columns, chosen);
  const b = chosen && labelOf("B", "chosen", chosen, plot, columns, before);
  layer
    .selectAll<SVGTextElement, Label>("text")
    .data(
      [a, b].filter((label) => label !== null),
      ({ letter }) => letter,
    )
    .join((enter) => {
      const made = enter.append("text");
      made.append("tspan").attr("class", "letter");
      made.append("tspan").attr("class", "about").attr("dx", 8);
      return made;
    })
    .attr("class", ({ letter }) => `brush-label ${letter === "A" ? "before" : "span"}`)
    .attr("x", ({ x }) => x)
    .attr("y", plot.top - 14)
    .each(function ({ letter, words }) {
      const [first, rest] = this.children;
      if (first && first.textContent !== letter) first.textContent = letter;
      if (rest && rest.textContent !== words) rest.textContent = words;
    });
}

/** As much as has room before the other label, or the edge. */
function labelOf(
  letter: Label["letter"],
  what: string,
  span: Span,
  { x, limits, width, amount, measure }: Plot,
  columns: readonly Column[],
  other: Span | null,
): Label | null {
  if (span.to <= limits.from || span.from >= limits.to) return null;
  const start = x(Math.max(span.from, limits.from));
  const stop = other && other.from > span.from ? x(Math.max(other.from, limits.from)) : width - 8;
  const room = (Math.max(stop, start) - start) / CHARACTER - 3;
  const mean = amountText(meanOf(meansIn(columns, span), amount), measure);
  const time = (seconds: boolean): string =>
    `${clockText(span.from, { seconds })}–${clockText(span.to, { seconds })}`;
  const texts = [`${what}, ${time(true)}, mean ${mean}`, `${time(false)}, ${mean}`, mean, ""];
  const words = texts.find((text) => text.length <= room) ?? "";
  return { letter, words, x: start };
}
