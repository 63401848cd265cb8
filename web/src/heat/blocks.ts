/**
 * Many addresses in few rows: neighbours under a common prefix share one.
 *
 * Where a picture has no room for each address apart, the fullest prefix is split again and again
 * until the room is used. So blocks are those an engineer would name ("172.16.1.96/29"), and they
 * depend on who is there, never on who is loud: nothing jumps while live.
 */
import { bitsOf, compareAddresses, toInteger, toText } from "../address";

export interface Block {
  /** The address itself, or the smallest prefix of all members: "172.16.1.96/29". */
  readonly name: string;
  /** In address order, at least one. */
  readonly members: readonly string[];
}

interface Entry {
  readonly address: string;
  readonly number: bigint;
}

/** Entries of one family, in order; `split` is how many of their leading bits all share. */
interface Run {
  readonly bits: number;
  readonly entries: readonly Entry[];
  readonly shared: number;
}

/**
 * @param addresses in any order, each once; IPv4 and IPv6 never share a block.
 * @param most blocks, at least one for each family.
 * @returns blocks in address order.
 */
export function blocksOf(addresses: readonly string[], most: number): Block[] {
  const sorted = [...addresses].sort(compareAddresses);
  let runs = [32, 128].flatMap((bits) => {
    const own = sorted.filter((address) => bitsOf(address) === bits);
    return own.length === 0 ? [] : [newRun(own.map(entry), bits)];
  });
  while (runs.length < most) {
    const fullest = runs.reduce((a, b) => (b.entries.length > a.entries.length ? b : a), NOBODY);
    if (fullest.entries.length < 2) break;
    runs = runs.flatMap((run) => (run === fullest ? halves(run) : [run]));
  }
  return runs.map(block);
}

const NOBODY: Run = { bits: 0, entries: [], shared: 0 };

function entry(address: string): Entry {
  return { address, number: toInteger(address) };
}

function newRun(entries: readonly Entry[], bits: number): Run {
  const [first, last] = [entries.at(0), entries.at(-1)];
  const differing = (first?.number ?? 0n) ^ (last?.number ?? 0n);
  // In order, the first and the last differ in the highest bit in which any two do.
  const shared = bits - (differing === 0n ? 0 : differing.toString(2).length);
  return { bits, entries, shared };
}

/** Split at the first bit that differs: both halves have members. */
function halves({ bits, entries, shared }: Run): Run[] {
  const bit = 1n << BigInt(bits - shared - 1);
  const low = entries.filter(({ number }) => (number & bit) === 0n);
  const high = entries.filter(({ number }) => (number & bit) !== 0n);
  return [newRun(low, bits), newRun(high, bits)];
}

function block({ bits, entries, shared }: Run): Block {
  const members = entries.map(({ address }) => address);
  const [first] = entries;
  if (first === undefined || entries.length === 1) return { name: members[0] ?? "", members };
  const rest = BigInt(bits - shared);
  const network = (first.number >> rest) << rest;
  return { name: `${toText(network, bits)}/${String(shared)}`, members };
}
