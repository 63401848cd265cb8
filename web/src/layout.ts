/**
 * Matrix to angles. All angles are radians, clockwise from twelve o'clock.
 *
 * An arc is as long as what its place sends. Inside it, sub-arcs follow the partners' places and
 * never their sizes: from the neighbour before, round the circle, back to the neighbour after.
 * So few ribbons cross, none for a single host, and nothing swaps while live.
 */
import { received, sent, type Matrix, type Place } from "./matrix";
import { pairKey } from "./things";

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Arc extends Span {
  readonly place: Place;
  /** What the place sends and receives, in the measure's unit. */
  readonly sent: number;
  readonly received: number;
}

/** Where a ribbon leaves an arc, as wide as that side sends. */
export interface End extends Span {
  readonly place: Place;
  /** What this side sends to the other. */
  readonly value: number;
}

/** Both directions between two places, `a` the earlier on the circle. */
export interface Ribbon {
  readonly key: string;
  readonly a: End;
  readonly b: End;
}

export interface Layout {
  readonly arcs: readonly Arc[];
  readonly ribbons: readonly Ribbon[];
}

export interface Spacing {
  /** Angle between arcs. */
  readonly gap: number;
  /** Smallest angle of an arc: also who sends next to nothing can be seen and clicked. */
  readonly least: number;
}

/** Gaps never take more than this part of a circle or arc. */
const MOST_GAP = 0.25;

/** The rim round the whole circle. */
export function layOut(matrix: Matrix, spacing: Spacing): Layout {
  const size = 2 * Math.PI;
  const gap = Math.min(spacing.gap, (MOST_GAP * size) / Math.max(1, matrix.places.length));
  const whole = { start: gap / 2, end: size - gap / 2 };
  const out = sent(matrix);
  return assemble(matrix, out, spread(out, whole, { ...spacing, gap }));
}

/** What stands inside the arcs of the rim, in the order of its matrix, which is theirs. */
export function layOutInside(rim: Layout, matrix: Matrix, spacing: Spacing): Layout {
  const sizes = new Map<string, number[]>();
  const out = sent(matrix);
  out.forEach((size, i) => {
    const key = matrix.places[i]?.rim ?? "";
    sizes.set(key, [...(sizes.get(key) ?? []), size]);
  });
  const spans = rim.arcs.flatMap((arc) => spread(sizes.get(arc.place.key) ?? [], arc, spacing));
  return assemble(matrix, out, spans);
}

/** Parts of `whole` in proportion to `sizes`, none below the least; equal parts if all are 0. */
export function spread(sizes: readonly number[], whole: Span, spacing: Spacing): Span[] {
  const size = whole.end - whole.start;
  const gaps = Math.max(0, sizes.length - 1);
  const gap = gaps === 0 ? 0 : Math.min(spacing.gap, (MOST_GAP * size) / gaps);
  const angles = proportions(sizes, size - gap * gaps, spacing.least);
  let at = whole.start;
  return angles.map((angle) => {
    const span = { start: at, end: at + angle };
    at = span.end + gap;
    return span;
  });
}

/** Shares of `room` that keep `least` each: whoever is below gets it, the others shrink. */
function proportions(sizes: readonly number[], room: number, least: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= 0) return sizes.map(() => room / Math.max(1, sizes.length));
  const floor = Math.min(least, room / (2 * sizes.length));
  let raised = sizes.map(() => false);
  for (;;) {
    const before = raised;
    const count = before.filter(Boolean).length;
    const free = sizes.reduce((sum, size, i) => (before[i] ? sum : sum + size), 0);
    const scale = (room - count * floor) / free;
    raised = sizes.map((size, i) => before[i] === true || size * scale < floor);
    if (raised.filter(Boolean).length === count) {
      return sizes.map((size, i) => (before[i] ? floor : size * scale));
    }
  }
}

function assemble(matrix: Matrix, out: readonly number[], spans: readonly Span[]): Layout {
  const into = received(matrix);
  const arcs = matrix.places.map((place, i) => ({
    place,
    ...(spans[i] ?? { start: 0, end: 0 }),
    sent: out[i] ?? 0,
    received: into[i] ?? 0,
  }));
  const partners = partnersOf(matrix);
  const ends = arcs.map((arc, i) => endsOf(arc, i, partners[i] ?? [], matrix));
  const ribbons: Ribbon[] = [];
  partners.forEach((those, i) => {
    for (const j of those) {
      const [a, b] = [ends[i]?.get(j), ends[j]?.get(i)];
      if (j < i || !a || !b) continue;
      ribbons.push({ key: pairKey(a.place.key, b.place.key), a, b });
    }
  });
  return { arcs, ribbons };
}

/** With whom each place exchanges something, in their order: of many it is few. */
function partnersOf({ values }: Matrix): number[][] {
  const partners: number[][] = values.map(() => []);
  for (const [i, row] of values.entries()) {
    for (let j = 0; j <= i; j++) {
      if ((row[j] ?? 0) <= 0 && (values[j]?.[i] ?? 0) <= 0) continue;
      partners[i]?.push(j);
      if (j < i) partners[j]?.push(i);
    }
  }
  return partners;
}

/** The ends of all ribbons of one arc, by the partner's index. */
function endsOf(
  arc: Arc,
  i: number,
  partners: readonly number[],
  { values }: Matrix,
): Map<number, End> {
  const scale = arc.sent > 0 ? (arc.end - arc.start) / arc.sent : 0;
  // Who sends nothing meets all its ribbons in the middle of its arc.
  let at = arc.sent > 0 ? arc.start : (arc.start + arc.end) / 2;
  const ends = new Map<number, End>();
  for (const j of fromNeighbour(i, partners, values.length)) {
    const value = values[i]?.[j] ?? 0;
    ends.set(j, { place: arc.place, value, start: at, end: at + value * scale });
    at += value * scale;
  }
  return ends;
}

/** In which order the ribbons of place `i` of `count` leave its arc; its own loop is last. */
export function fromNeighbour(i: number, partners: readonly number[], count: number): number[] {
  const step = (j: number): number => (i - 1 - j + 2 * count) % count;
  return [...partners].sort((j, k) => step(j) - step(k));
}
