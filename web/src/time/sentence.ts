/** One sentence about the past: who makes the difference. */
import { amountText, shareText, type Measure } from "../format";
import type { Span } from "../state";
import type { Traffic } from "../traffic";
import { justBefore } from "./brush";
import { REST, shareOfChange, type Comparison, type Contribution } from "./contributions";
import { comparisonOf, type FlowPart } from "./growth";
import { layerName } from "./layers";
import { comparing, meansIn } from "./means";
import type { Plot } from "./plot";

/** Below this part of what there was, nothing has changed that is worth a sentence. */
const WORTH = 0.02;
/** From this part on it is all. */
const ALL = 0.995;

/**
 * "192.168.2.7 sends 38.2 Mb/s more, 91 % of the growth".
 *
 * @param span what is compared; null for the second half of what is shown with the first.
 * @param before null for the time just before.
 */
export function sentenceOf(
  { past, culprit }: Pick<Traffic, "past" | "culprit">,
  { limits, amount, measure }: Plot,
  span: Span | null,
  before: Span | null,
): string {
  if (span !== null && before !== null && past.growth !== null) {
    return toldBy(comparisonOf(past.growth, measure), measure);
  }
  if (span === null && culprit !== null) {
    const { flow, more, share } = culprit;
    const name = flow.inner_src === "" ? flow.outer_src : flow.inner_src;
    return grewText(name, amountText(more, { ...measure, size: "wire" }), share, true);
  }
  const after = span ?? { from: (limits.from + limits.to) / 2, to: limits.to };
  const [a, b] = [before ?? justBefore(after), after].map((one) => meansIn(past.columns, one));
  if (!a || !b || a.seconds === 0 || b.seconds === 0) return "Nothing to compare with yet";
  return toldBy(comparing(a, b, amount, MOST), measure);
}

const MOST = 9;

function toldBy(comparison: Comparison, measure: Measure): string {
  const { change, parts } = comparison;
  if (Math.abs(change) < WORTH * comparison.before) return "As much as before";
  const told = parts.filter(({ key }) => key !== REST);
  const most = change > 0 ? told.at(0) : told.at(-1);
  if (most === undefined || Math.sign(most.change) !== Math.sign(change)) {
    return `${amountText(Math.abs(change), measure)} ${change > 0 ? "more" : "less"}`;
  }
  const own = amountText(Math.abs(most.change), measure);
  return grewText(nameOf(most), own, shareOfChange(most, comparison), change > 0);
}

function grewText(name: string, amount: string, share: number, isGrowth: boolean): string {
  const part = share > ALL ? "all" : shareText(share, 1);
  const [more, what] = isGrowth ? ["more", "growth"] : ["less", "decline"];
  return `${name} sends ${amount} ${more}, ${part} of the ${what}`;
}

function nameOf(part: Contribution | FlowPart): string {
  const row = "row" in part ? part.row : null;
  if (row !== null) return (row.inner_src === "" ? row.outer_src : row.inner_src) ?? "";
  return layerName(part.key);
}
