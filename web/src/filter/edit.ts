/** What a click adds to a filter, and takes out of it again. */
import { partsOf } from "./tokens";

/** The parts of a filter, in their order; one whole where they are joined by "or". */
export function wordsOf(filter: string): string[] {
  if (filter.trim() === "") return [];
  return partsOf(filter) ?? [`(${filter.trim()})`];
}

export function withWord(filter: string, word: string): string {
  const words = wordsOf(filter);
  return words.includes(word) ? filter : [...words, word].join(" ");
}

export function without(filter: string, word: string): string {
  return wordsOf(filter)
    .filter((other) => other !== word)
    .join(" ");
}

/** In it if it was not, out of it if it was. */
export function toggled(filter: string, word: string): string {
  return wordsOf(filter).includes(word) ? without(filter, word) : withWord(filter, word);
}

/** The words that lead deeper: into a network, a peer, an endpoint. They are the crumbs. */
export function drillsOf(filter: string): string[] {
  return wordsOf(filter).filter((word) => /^(vni|peer|inner):[^,*?/]+$/.test(word));
}

/** The words that take something out: "!peer:172.16.1.108". */
export function excludedOf(filter: string): string[] {
  return wordsOf(filter).filter((word) => /^(?:!|not\b)/i.test(word));
}

/** The value of the last word of that name, "10001" of "vni:10001"; null without one. */
export function valueOf(filter: string, name: string): string | null {
  const word = drillsOf(filter).findLast((one) => one.startsWith(`${name}:`));
  return word === undefined ? null : word.slice(name.length + 1);
}

/** The same filter with this one value for that name; null for none. */
export function withValue(filter: string, name: string, value: string | null): string {
  const words = wordsOf(filter).filter((word) => !word.startsWith(`${name}:`));
  return (value === null ? words : [...words, `${name}:${value}`]).join(" ");
}
