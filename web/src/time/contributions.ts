/** What makes the difference between two stretches of time: who grew, who shrank, by how much. */

export interface Part {
  readonly key: string;
  /** Mean amount before and after, in the measure's unit. */
  readonly before: number;
  readonly after: number;
}

export interface Contribution extends Part {
  readonly change: number;
}

export interface Comparison {
  readonly before: number;
  readonly after: number;
  readonly change: number;
  /** Who grew most first, who shrank most last; what is added up stands between them. */
  readonly parts: readonly Contribution[];
}

/** The key of what is added up. */
export const REST = "other";

/**
 * @param most parts that are shown apart; the rest is added up, and the sum stays whole.
 * @param whole all that was before and after: what no part tells is in the rest.
 */
export function compare(
  parts: readonly Part[],
  whole: Pick<Part, "before" | "after">,
  most: number,
): Comparison {
  const change = whole.after - whole.before;
  const ranked = parts
    .filter(({ key }) => key !== REST)
    .map((part) => ({ ...part, change: part.after - part.before }))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.key < b.key ? -1 : 1));
  const shown = ranked.slice(0, most).sort((a, b) => b.change - a.change);
  const sum = (name: "before" | "after"): number =>
    whole[name] - shown.reduce((total, part) => total + part[name], 0);
  const rest = { key: REST, before: sum("before"), after: sum("after") };
  // Sums of rates carry rounding errors.
  const isSomething = rest.before > 1e-9 * whole.before || rest.after > 1e-9 * whole.after;
  if (isSomething) {
    const own = rest.after - rest.before;
    const at = shown.findIndex((part) => part.change < Math.min(own, 0));
    shown.splice(at < 0 ? shown.length : at, 0, { ...rest, change: own });
  }
  return { ...whole, change, parts: shown };
}

/** A part's share of all that went the same way: of all growth, or of all decline. */
export function shareOfChange({ change }: Contribution, { parts }: Comparison): number {
  const same = parts.filter((part) => Math.sign(part.change) === Math.sign(change));
  const all = same.reduce((sum, part) => sum + part.change, 0);
  return all === 0 ? 0 : change / all;
}
