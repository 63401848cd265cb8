/** The last line: what is shown, what the filter hides, and that both are the ledger's. */
import { amountIn } from "../amounts";
import { make } from "../dom";
import { amountText, countText } from "../format";
import type { Selection } from "../state";
import type { Content } from "./columns";
import type { RowKind } from "./rows";
import type { Answer } from "./source";

const ONE: Readonly<Record<RowKind, string>> = {
  flows: "flow",
  tunnels: "tunnel",
  peers: "sending peer",
  networks: "network",
};

export function drawSum(
  root: HTMLElement,
  { count, sum, elapsed_s }: Answer,
  { measure, all }: Content,
  { rows, filter }: Selection,
): void {
  const shown = amountIn(measure, elapsed_s)(sum);
  const bold = (amount: number): HTMLElement => make("b", {}, amountText(amount, measure));
  const things = `${countText(count)} ${ONE[rows]}${count === 1 ? "" : "s"}`;
  const parts: (Node | string)[] = [make("span", {}, `${things} `, bold(shown))];
  const hidden = all - shown;
  // Sums of rates carry rounding errors.
  if (hidden > 1e-6 * all) {
    const why = filter === "" ? "not listed" : "hidden by the filter";
    parts.push(make("span", {}, `+ ${why} `, bold(hidden)));
  }
  parts.push(make("span", {}, "= ledger ", bold(all)));
  root.replaceChildren(...parts);
}
