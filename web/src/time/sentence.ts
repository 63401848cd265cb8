/** One sentence about the past: who makes the difference. */
import { amountText, shareText } from "../format";
import type { Column } from "../series";
import type { Span } from "../state";
import { justBefore } from "./brush";
import { REST, shareOfChange } from "./contributions";
import { comparing, meansIn } from "./means";
import type { Plot } from "./plot";

/** Below this part of what there was, nothing has changed that is worth a sentence. */
const WORTH = 0.02;

/**
 * "172.16.1.106 sends 38.2 Mb/s more, 91 % of the growth".
 *
 * @param span what is compared; null for the second half of what is shown with the first.
 * @param before null for the time just before.
 */
export function sentenceOf(
  columns: readonly Column[],
  { limits, amount, measure }: Plot,
  span: Span | null,
  before: Span | null,
): string {
  const after = span ?? { from: (limits.from + limits.to) / 2, to: limits.to };
  const [a, b] = [meansIn(columns, before ?? justBefore(after)), meansIn(columns, after)];
  if (a.seconds === 0 || b.seconds === 0) return "Nothing to compare with yet";
  const comparison = comparing(a, b, amount, 9);
  const { change } = comparison;
  if (Math.abs(change) < WORTH * comparison.before) return "As much as before";
  const sorted = [...comparison.parts].filter(({ key }) => key !== REST);
  const most = change > 0 ? sorted.at(0) : sorted.at(-1);
  const words = change > 0 ? ["more", "growth"] : ["less", "decline"];
  const share = most ? shareOfChange(most, comparison) : null;
  if (!most || share === null) return `${amountText(Math.abs(change), measure)} ${words[0] ?? ""}`;
  const part = share > 0.995 ? "all" : shareText(share, 1);
  const own = amountText(Math.abs(most.change), measure);
  return `${most.key} sends ${own} ${words[0] ?? ""}, ${part} of the ${words[1] ?? ""}`;
}
