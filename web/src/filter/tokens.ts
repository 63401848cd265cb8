/** A filter (docs/reference/filter.md) as its smallest pieces, each with its place. */

/** A parenthesis, a `!`, or a word; the end is an empty one. */
export interface Token {
  readonly text: string;
  /** In characters as `String` counts them, from 0. */
  readonly start: number;
}

const TOKEN = /[()!]|[^\s()!][^\s()]*/g;

export function tokensOf(text: string): Token[] {
  const found = [...text.matchAll(TOKEN)].map((match) => ({ text: match[0], start: match.index }));
  return [...found, { text: "", start: text.length }];
}

export function isWord(token: Token | undefined, word: string): boolean {
  return token?.text.toLowerCase() === word;
}

/**
 * The parts that all have to hold: words, each with its `!`, and what stands in parentheses.
 * Null where an `or` outside of parentheses makes it one whole.
 */
export function partsOf(text: string): string[] | null {
  const parts: string[] = [];
  let [depth, from] = [0, -1];
  for (const token of tokensOf(text)) {
    if (depth === 0 && isWord(token, "or")) return null;
    if (token.text === "" || (depth === 0 && isWord(token, "and"))) continue;
    if (from < 0) from = token.start;
    if (token.text === "(") depth += 1;
    else if (token.text === ")") depth -= 1;
    const isOpen = depth > 0 || token.text === "!" || isWord(token, "not");
    if (isOpen) continue;
    parts.push(text.slice(from, token.start + token.text.length));
    from = -1;
  }
  return parts;
}
