/** The numbers behind any key: what a place sends and receives, what two send to each other. */
import type { Twin } from "./drawing";
import type { Measure } from "./format";
import type { Arc, Ribbon } from "./layout";
import { received, sent, type Matrix, type Place } from "./matrix";
import type { Traffic } from "./traffic";
import { nameOf } from "./words";

export type Sum = Pick<Arc, "place" | "sent" | "received">;
export type Pair = Pick<Ribbon, "a" | "b">;

/** What a place of the circle sends and receives; null where it has none of that key. */
export function sumOf({ rim, inside }: Traffic, key: string): Sum | null {
  for (const matrix of [rim, inside]) {
    const i = matrix.places.findIndex((place) => place.key === key);
    const place = matrix.places[i];
    if (!place) continue;
    return { place, sent: sent(matrix)[i] ?? 0, received: received(matrix)[i] ?? 0 };
  }
  return null;
}

/** Both directions of a pair key; null where its places are not there. */
export function pairOf({ inside, rim }: Traffic, key: string): Pair | null {
  const [first, second] = key.split("|");
  for (const matrix of [inside, rim]) {
    const a = matrix.places.findIndex((place) => place.key === first);
    const b = matrix.places.findIndex((place) => place.key === second);
    const [from, to] = [matrix.places[a], matrix.places[b]];
    if (from && to) return { a: end(matrix, from, a, b), b: end(matrix, to, b, a) };
  }
  return null;
}

/** All pairs that exchange something, biggest first: the rows behind chord and heat map. */
export function pairTwin({ inside, measure }: Traffic): Twin {
  const { places, values } = inside;
  const rows = places.flatMap((from, i) =>
    places.flatMap((to, j) => {
      const value = values[i]?.[j] ?? 0;
      return value > 0 ? [[...naming(from), ...naming(to), value]] : [];
    }),
  );
  rows.sort((x, y) => Number(y.at(-1)) - Number(x.at(-1)));
  const columns = [
    { name: "From" },
    { name: "VNI of the sender" },
    { name: "To" },
    { name: "VNI of the receiver" },
    { name: "Sent", unit: unitName(measure) },
  ];
  const isUsed = columns.map((_, i) => rows.some((row) => row[i] !== null));
  return {
    caption: "Who sends how much to whom, biggest first",
    columns: columns.filter((_, i) => isUsed[i]),
    rows: rows.map((row) => row.filter((_, i) => isUsed[i])),
  };
}

/** As in a file's heading: "bits_per_s", "inner_bytes", "packets". */
export function unitName({ unit, size, period }: Measure): string {
  const inner = size === "inner" && unit === "bits" ? "inner_" : "";
  const what = unit === "packets" ? "packets" : period === "rate" ? "bits" : "bytes";
  return `${inner}${what}${period === "rate" ? "_per_s" : ""}`;
}

function naming(place: Place): [string, number | null] {
  return [nameOf(place), place.vni];
}

function end(matrix: Matrix, place: Place, from: number, to: number): Pair["a"] {
  return { place, value: matrix.values[from]?.[to] ?? 0, start: 0, end: 0 };
}
