/**
 * Addresses as numbers: their order on the circle, and their colour.
 *
 * Texts are as in the API: RFC 5952, so IPv4 has dots and IPv6 at most one "::".
 */

/** An address as an unsigned number, IPv4 below 2^32; 0n for a text that is no address. */
export function toInteger(address: string): bigint {
  return address.includes(":") ? fromGroups(address) : fromOctets(address);
}

/** How many bits an address has: 32 or 128. */
export function bitsOf(address: string): 32 | 128 {
  return address.includes(":") ? 128 : 32;
}

/** The text of a number with that many bits, as in RFC 5952. */
export function toText(number: bigint, bits: number): string {
  const parts = (size: bigint): bigint[] =>
    Array.from({ length: bits / Number(size) }, (_, i) => {
      const shift = BigInt(bits) - size * BigInt(i + 1);
      return (number >> shift) & ((1n << size) - 1n);
    });
  if (bits === 32) return parts(8n).join(".");
  const text = parts(16n).map((group) => group.toString(16));
  return foldZeros(text.join(":"));
}

/** Sorts IPv4 before IPv6, then by number, so that neighbours stand side by side. */
export function compareAddresses(left: string, right: string): number {
  const family = Number(left.includes(":")) - Number(right.includes(":"));
  if (family !== 0) return family;
  if (!left.includes(":")) return asNumber(left) - asNumber(right);
  const difference = toInteger(left) - toInteger(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Multicast and broadcast: many hear it, nobody sends from it. */
export function isGroup(address: string): boolean {
  // Asked of every row of every drain, so without large numbers.
  if (address.includes(":")) return /^ff[0-9a-f]{2}:/i.test(address);
  const first = Number.parseInt(address, 10);
  return (first >= 224 && first <= 239) || address === "255.255.255.255";
}

/** An IPv4 address below 2^32; 0 for a text that is none. */
function asNumber(address: string): number {
  let [number, octet] = [0, 0];
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code === 46) [number, octet] = [number * 256 + octet, 0];
    else if (code >= 48 && code <= 57) octet = octet * 10 + code - 48;
    else return 0;
  }
  return number * 256 + octet;
}

/**
 * The leading octets (or groups) that all addresses share, with their last separator: "192.168.".
 * At least the last `keep` parts always stay out of it. "" where nothing is shared.
 */
export function commonPrefix(addresses: readonly string[], keep: number): string {
  const [first, ...rest] = addresses;
  if (first === undefined) return "";
  const separator = first.includes(":") ? ":" : ".";
  const parts = first.split(separator);
  for (let length = parts.length - keep; length > 0; length--) {
    const prefix = parts.slice(0, length).join(separator) + separator;
    if (rest.every((address) => address.startsWith(prefix))) return prefix;
  }
  return "";
}

/**
 * The second address without what it shares with the first: ".102", or ".2.3" where two parts are
 * kept at least.
 */
export function tailOf(first: string, second: string, keep: number): string {
  const shared = commonPrefix([first, second], keep);
  return shared === "" ? second : `${shared.at(-1) ?? ""}${second.slice(shared.length)}`;
}

/** Cuts the middle out of an address that is longer than `room` characters. */
export function shorten(address: string, room: number): string {
  if (address.length <= room) return address;
  const tail = Math.floor((room - 1) / 2);
  return `${address.slice(0, room - 1 - tail)}…${address.slice(-tail)}`;
}

/** The longest run of two or more zero groups, the first of equals, becomes "::". */
function foldZeros(text: string): string {
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)];
  const [longest] = runs.sort((a, b) => b[0].length - a[0].length || a.index - b.index);
  if (longest === undefined) return text;
  const head = text.slice(0, longest.index).replace(/:$/, "");
  const tail = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${head}::${tail}`;
}

function fromOctets(address: string): bigint {
  return address.split(".").reduce((sum, octet) => sum * 256n + part(octet, 10), 0n);
}

function fromGroups(address: string): bigint {
  const [head = "", tail] = address.split("::");
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = Array<bigint>(Math.max(0, 8 - front.length - back.length)).fill(0n);
  return [...front, ...zeros, ...back].reduce((sum, group) => sum * 65536n + group, 0n);
}

/** Groups of 16 bits; a dotted tail (`::ffff:192.0.2.1`) is two of them. */
function groups(text: string): bigint[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [part(group, 16)];
    const number = fromOctets(group);
    return [number >> 16n, number & 0xffffn];
  });
}

function part(text: string, base: 10 | 16): bigint {
  const number = Number.parseInt(text, base);
  return Number.isNaN(number) ? 0n : BigInt(number);
}

export function isV6(address: string): boolean {
  return address.includes(":");
}
