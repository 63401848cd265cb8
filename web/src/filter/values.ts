/** What stands behind the colon: one value of a list. */
import { toInteger } from "../address";
import { FilterError, type Range } from "./tree";
import type { Token } from "./tokens";

const LARGEST_VNI = 2 ** 32 - 1;
const LARGEST_COUNT = 2n ** 63n - 1n;
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["", 1n],
  ["k", 10n ** 3n],
  ["M", 10n ** 6n],
  ["G", 10n ** 9n],
  ["T", 10n ** 12n],
]);
/** What looks like an address is one, or wrong; all else may be a name. */
const ADDRESS_LIKE = /^(?:[0-9./]+|.*[:/<>=].*)$/s;
const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const MAPPED = 0xffffn << 32n;

/** An address, a prefix or a range; a name as its text. */
export function addressValue({ text, start }: Token): Range | string {
  const [first = "", ...rest] = text.split("-");
  const last = rest.join("-");
  if (rest.length > 0 && ADDRESS_LIKE.test(first) && ADDRESS_LIKE.test(last)) {
    return between(first, last, start);
  }
  return ADDRESS_LIKE.test(text) ? prefix(text, start) : text.toLowerCase();
}

/** A number or a range of numbers. */
export function vniValue({ text, start }: Token): readonly [number, number] {
  const [first = "", last = first] = text.split(/-(.*)/s);
  const [low, high] = [wholeNumber(first), wholeNumber(last)];
  if (low === null || high === null || low > high || high > LARGEST_VNI) {
    throw new FilterError(`'${text}' is no VNI`, start, text.length);
  }
  return [low, high];
}

/** A whole number, perhaps with a unit: 10M, 1.5G. */
export function amountValue({ text, start }: Token): number {
  const [, whole = "", part = "", unit = ""] =
    /^(\d{1,19})(?:\.(\d{1,18}))?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = whole === "" ? undefined : UNITS.get(unit);
  const scale = 10n ** BigInt(part.length);
  const value = factor === undefined ? null : BigInt(whole + part) * factor;
  if (value === null || value % scale !== 0n || value / scale > LARGEST_COUNT) {
    throw new FilterError(`'${text}' is no amount`, start, text.length);
  }
  return Number(value / scale);
}

/** `*` is any number of characters, `?` is one; case does not matter. */
export function patternOf(text: string): RegExp {
  const written = text
    .replace(/[\\^$.|+()[\]{}/-]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${written}$`, "is");
}

/** The family and number of an address; null for what is none. IPv4 in IPv6 is IPv4. */
export function numberOf(text: string): { readonly isV6: boolean; readonly value: bigint } | null {
  if (!text.includes(":")) return V4.test(text) ? { isV6: false, value: toInteger(text) } : null;
  if (!isV6(text)) return null;
  const value = toInteger(text);
  return value >> 32n === MAPPED >> 32n
    ? { isV6: false, value: value & 0xffffffffn }
    : { isV6: true, value };
}

function prefix(text: string, start: number): Range {
  const [network = "", length] = text.split(/\/(.*)/s);
  const found = numberOf(network);
  if (found === null) throw new FilterError(`'${network}' is no address`, start, text.length);
  const written = network.includes(":") ? 128 : 32;
  const bits = length === undefined ? written : wholeNumber(length);
  if (bits === null || bits > written) {
    throw new FilterError(`'${text}' is no prefix`, start, text.length);
  }
  const free = BigInt(written - bits);
  // A short prefix of a mapped address reaches out of IPv4: what is left of it there is all of it.
  const size = !found.isV6 && free > 32n ? 32n : free;
  const first = (found.value >> size) << size;
  return { isV6: found.isV6, first, last: first + (1n << size) - 1n };
}

function between(first: string, last: string, start: number): Range {
  const [low, high] = [numberOf(first), numberOf(last)];
  if (low === null) throw new FilterError(`'${first}' is no address`, start, first.length);
  if (high === null) {
    const from = start + first.length + 1;
    throw new FilterError(`'${last}' is no address`, from, last.length);
  }
  if (low.isV6 !== high.isV6 || low.value > high.value) {
    const length = first.length + 1 + last.length;
    throw new FilterError(`${first}-${last} is no range of addresses`, start, length);
  }
  return { isV6: low.isV6, first: low.value, last: high.value };
}

function wholeNumber(text: string): number | null {
  return /^(?:0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(text) ? Number(text) : null;
}

/** RFC 4291, section 2.2: eight groups, one run of zeros as "::", perhaps a dotted tail. */
function isV6(text: string): boolean {
  const halves = text.split("::");
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const all = groups.flat();
  const last = all.at(-1) ?? "";
  const isDotted = last.includes(".");
  if (isDotted && !V4.test(last)) return false;
  const plain = isDotted ? all.slice(0, -1) : all;
  if (halves.length > 2 || !plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const count = plain.length + (isDotted ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}
