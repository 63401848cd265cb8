/** Square matrices: who sends how much to whom, in the order of the circle. */
import { OTHER, othersKey } from "./things";

/** A row and a column of a matrix, and an arc of the circle. */
export interface Place {
  /** Unique in its matrix and the same in each drain; see things.ts. */
  readonly key: string;
  /** Key of the arc of the rim that it stands in: its own on the rim. */
  readonly rim: string;
  /** The outer address it is, or stands behind; "" where that is none or many. */
  readonly peer: string;
  /** The outer or inner address; "" for what has no inner IP header, or is many. */
  readonly address: string;
  /** What the address is called; "" where it has no name. */
  readonly name: string;
  /**
   * `groups`: multicast and broadcast addresses of the underlay, which only receive; `part`: what
   * a peer has in one network; `first`: the biggest, set aside; `other`: the rest, added up.
   */
  readonly kind: "peer" | "groups" | "network" | "part" | "endpoint" | "first" | "other";
  /** Its virtual network; null where it is in none or in many. */
  readonly vni: number | null;
  /** How many peers, networks or endpoints it is. */
  readonly merged: number;
}

export interface Matrix {
  readonly places: readonly Place[];
  /** `values[i][j]`: what place i sends to place j, in the measure's unit. */
  readonly values: readonly (readonly number[])[];
}

/** What each place sends: the sums of the rows. */
export function sent(matrix: Matrix): number[] {
  return matrix.values.map((row) => row.reduce((total, value) => total + value, 0));
}

/** What each place receives: the sums of the columns. */
export function received(matrix: Matrix): number[] {
  const sums = matrix.places.map(() => 0);
  // Row by row, as they lie in memory: of five hundred places this is a quarter of a million.
  for (const row of matrix.values) {
    for (let j = 0; j < sums.length; j++) sums[j] = (sums[j] ?? 0) + (row[j] ?? 0);
  }
  return sums;
}

/** Adds up values by the keys of places. */
export class Grid {
  private readonly places: readonly Place[];
  private readonly index: ReadonlyMap<string, number>;
  private readonly values: number[][];

  constructor(places: readonly Place[]) {
    this.places = places;
    this.index = new Map(places.map((place, i) => [place.key, i]));
    this.values = places.map(() => places.map(() => 0));
  }

  /** Keys without a place count as "other". */
  add(from: string, to: string, value: number): void {
    const row = this.values[this.at(from)];
    const column = this.at(to);
    if (row) row[column] = (row[column] ?? 0) + value;
  }

  matrix(): Matrix {
    return { places: this.places, values: this.values };
  }

  private at(key: string): number {
    return this.index.get(key) ?? this.index.get(OTHER) ?? -1;
  }
}

/** The place that adds up what has none of its own: on the rim, or inside one of its arcs. */
export function otherPlace(rim: string, merged: number): Place {
  const key = othersKey(rim);
  const peer = rim === OTHER || rim.startsWith("vni:") ? "" : rim;
  return { key, rim, peer, address: "", name: "", kind: "other", vni: null, merged };
}
