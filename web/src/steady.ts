/** Lists by size that do not jump while they are read. */

const RESORT_MS = 5000;

/** Keeps an order for five seconds, and longer while somebody touches the list. */
export class SteadyOrder {
  private places = new Map<string, number>();
  private sortedAt = -Infinity;
  private about = "";
  private readonly every: number;

  /** @param every milliseconds between two orders. */
  constructor(every = RESORT_MS) {
    this.every = every;
  }

  /**
   * @param about what the list is of; another subject is sorted at once.
   * @param sorted the items, biggest first.
   * @param touched whether the pointer or the focus is in the list.
   * @param now milliseconds.
   * @returns the items in the order to show; new ones are last until the next order.
   */
  apply<T>(
    about: string,
    sorted: readonly T[],
    keyOf: (item: T) => string,
    touched: boolean,
    now: number,
  ): readonly T[] {
    if (about !== this.about || (!touched && now - this.sortedAt >= this.every)) {
      this.about = about;
      this.sortedAt = now;
      this.places = new Map(sorted.map((item, place) => [keyOf(item), place]));
      return sorted;
    }
    const place = (item: T): number => this.places.get(keyOf(item)) ?? Infinity;
    // Sorting is stable, so new ones stand by size among themselves.
    return [...sorted].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  }
}

export function isTouched(node: Element): boolean {
  return node.matches(":hover") || node.contains(document.activeElement);
}
