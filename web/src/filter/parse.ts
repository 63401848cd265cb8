/** Text to tree: `or` binds least, then blanks, then `!`; parentheses group. */
import { addressValue, amountValue, patternOf, vniValue } from "./values";
import { isWord, tokensOf, type Token } from "./tokens";
import {
  ADDRESS_KEYS,
  FilterError,
  MEASURED,
  SIGNS,
  TEXTS,
  type AddressColumn,
  type Addresses,
  type Node,
} from "./tree";

const LONGEST = 2000;
const DEEPEST = 30;
const CONDITION = /^([A-Za-z_]+)(:|>=|<=|>|<|=)(.*)$/s;
const KEYS = ["vni", ...ADDRESS_KEYS.keys(), ...TEXTS, ...MEASURED];

/**
 * What a filter means; null for everything.
 *
 * @throws FilterError where it means nothing.
 */
export function parseFilter(text: string): Node | null {
  const { length } = Array.from(text);
  if (length > LONGEST) {
    throw new FilterError("this filter is too long", LONGEST, length - LONGEST);
  }
  return new Parser(text).all();
}

class Parser {
  private readonly tokens: readonly Token[];
  private place = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  all(): Node | null {
    if (this.next.text === "") return null;
    const node = this.any();
    if (this.next.text !== "") throw wrong(this.next, "no parenthesis is open here");
    return node;
  }

  private get next(): Token {
    return this.tokens[this.place] ?? { text: "", start: 0 };
  }

  private take(): Token {
    const token = this.next;
    this.place += 1;
    return token;
  }

  private any(): Node {
    const parts = [this.every()];
    while (isWord(this.next, "or")) {
      this.take();
      parts.push(this.every());
    }
    return joined("or", parts);
  }

  private every(): Node {
    const parts = [this.one()];
    for (;;) {
      if (isWord(this.next, "and")) this.take();
      else if (this.next.text === "" || this.next.text === ")" || isWord(this.next, "or")) break;
      parts.push(this.one());
    }
    return joined("and", parts);
  }

  private one(): Node {
    const token = this.take();
    if (token.text === "!" || token.text === "(" || isWord(token, "not")) return this.nested(token);
    if (["", ")", "or", "and"].includes(token.text.toLowerCase())) {
      throw wrong(token, "a condition is missing here; give one like vni:10001");
    }
    return condition(token);
  }

  private nested(opening: Token): Node {
    this.depth += 1;
    if (this.depth > DEEPEST) throw wrong(opening, "this is nested too deeply");
    let node: Node;
    if (opening.text === "(") {
      node = this.any();
      if (this.next.text !== ")") throw wrong(opening, "this parenthesis is never closed");
      this.take();
    } else node = { kind: "not", part: this.one() };
    this.depth -= 1;
    return node;
  }
}

function joined(kind: "and" | "or", parts: readonly Node[]): Node {
  const [first] = parts;
  return parts.length === 1 && first ? first : { kind, parts };
}

/** One word: a key with its values, or an address or name alone. */
function condition(token: Token): Node {
  const [, written = "", sign = "", listed = ""] = CONDITION.exec(token.text) ?? [];
  const key = written.toLowerCase();
  if (written === "" || !KEYS.includes(key)) return alone(token, written);
  const value = { text: listed, start: token.start + written.length + sign.length };
  const at = { text: sign, start: token.start + written.length };
  const measure = MEASURED.find((one) => one === key);
  if (measure !== undefined) {
    const found = SIGNS.find((one) => one === sign);
    if (!found) throw wrong(at, `${key} has to be compared; give it as ${key}>10M`);
    if (listed === "") throw wrong(value, `a number is missing after ${sign}`);
    return { kind: "compare", measure, sign: found, value: amountValue(value) };
  }
  if (sign !== ":") throw wrong(at, `${key} cannot be compared`);
  return anyOf(key, value);
}

/** A word that begins with no key, though `2001:db8::1` looks as if it did. */
function alone(token: Token, unknown: string): Node {
  if (KEYS.includes(token.text.toLowerCase())) throw wrong(token, `${token.text} needs a value`);
  if (/^\d+$/.test(token.text)) throw wrong(token, "a number alone means nothing");
  try {
    return anyOf("address", token);
  } catch (error) {
    if (unknown === "" || !(error instanceof FilterError)) throw error;
    throw new FilterError(`'${unknown}' is nothing to filter by`, token.start, unknown.length);
  }
}

/** A list: any of it will do. */
function anyOf(key: string, listed: Token): Node {
  const each: Token[] = [];
  let { start } = listed;
  for (const text of listed.text.split(",")) {
    if (text === "") throw new FilterError("a value is missing here", start, 0);
    each.push({ text, start });
    start += text.length + 1;
  }
  const absent = each.some((one) => isWord(one, "none"));
  const present = each.filter((one) => !isWord(one, "none"));
  if (key === "vni") return { kind: "vnis", ranges: present.map(vniValue), absent };
  const columns = ADDRESS_KEYS.get(key);
  if (columns) return addresses(columns, present, absent);
  const column = TEXTS.find((one) => one === key) ?? "encap";
  return { kind: "texts", column, patterns: each.map((one) => textPattern(column, one)) };
}

function addresses(
  columns: readonly AddressColumn[],
  each: readonly Token[],
  absent: boolean,
): Addresses {
  const values = each.map(addressValue);
  return {
    kind: "addresses",
    columns,
    ranges: values.filter((value) => typeof value !== "string"),
    names: values.filter((value) => typeof value === "string"),
    absent,
  };
}

function textPattern(column: string, token: Token): RegExp {
  const pattern = patternOf(token.text);
  if (column === "direction" && !["ingress", "egress"].some((word) => pattern.test(word))) {
    throw wrong(token, `'${token.text}' is no direction; choose ingress or egress`);
  }
  return pattern;
}

function wrong(token: Token, why: string): FilterError {
  return new FilterError(why, token.start, token.text.length);
}
