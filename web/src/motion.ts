/**
 * From one picture to the next: everything keeps its key, so motion means change.
 *
 * Arcs of endpoints open out of their peer's arc and close into it; other arcs grow from and
 * shrink to their middle. All this is numbers; chord.ts only draws what comes out.
 */
import type { LabelPlace } from "./labels";
import type { Arc, Layout, Ribbon, Span } from "./layout";

interface Moving {
  readonly key: string;
  /** 0 before it came and after it went, else 1. */
  readonly opacity: number;
}

export interface ArcMark extends Moving, Span {
  readonly arc: Arc;
}

export interface RibbonMark extends Moving {
  readonly ribbon: Ribbon;
  readonly a: Span;
  readonly b: Span;
}

export interface LabelMark extends Moving {
  readonly arc: Arc;
  readonly place: LabelPlace;
}

export interface Scene {
  readonly peers: readonly ArcMark[];
  readonly endpoints: readonly ArcMark[];
  readonly ribbons: readonly RibbonMark[];
  readonly labels: readonly LabelMark[];
  /** Radii: they differ while a peer is open. */
  readonly outer: number;
  readonly inner: number;
  readonly ribbonRadius: number;
}

export function sceneOf(
  peers: Layout,
  inside: Layout | null,
  labels: readonly LabelPlace[],
  radii: Pick<Scene, "outer" | "inner" | "ribbonRadius">,
): Scene {
  return {
    ...radii,
    peers: peers.arcs.map(arcMark),
    endpoints: inside?.arcs.map(arcMark) ?? [],
    ribbons: (inside ?? peers).ribbons.map((ribbon) => ({
      key: ribbon.key,
      opacity: 1,
      ribbon,
      a: ribbon.a,
      b: ribbon.b,
    })),
    labels: peers.arcs.flatMap((arc, i) => {
      const place = labels[i];
      return place ? [{ key: arc.place.key, opacity: 1, arc, place }] : [];
    }),
  };
}

/** The picture at `t`, 0 to 1, on the way. What it shows and says is the goal's already. */
export function between(from: Scene, to: Scene, t: number): Scene {
  if (t >= 1) return to;
  const carry = (mark: { key: string; arc: Arc }, into: Scene, out: Scene): Span =>
    carried(mark.arc, mark.arc.place.peer, out, into);
  const mid = (mark: ArcMark): Span => middle(mark);
  return {
    outer: mix(from.outer, to.outer, t),
    inner: mix(from.inner, to.inner, t),
    ribbonRadius: mix(from.ribbonRadius, to.ribbonRadius, t),
    peers: arcsBetween(from.peers, to.peers, t, mid, mid),
    endpoints: arcsBetween(
      from.endpoints,
      to.endpoints,
      t,
      (mark) => carry(mark, from, to),
      (mark) => carry(mark, to, from),
    ),
    ribbons: ribbonsBetween(from, to, t),
    labels: labelsBetween(from.labels, to.labels, t),
  };
}

function arcMark(arc: Arc): ArcMark {
  return { key: arc.place.key, opacity: 1, arc, start: arc.start, end: arc.end };
}

/** Joins two lists by key: those of `to` in its order, then those that leave. */
function joined<T extends Moving>(
  from: readonly T[],
  to: readonly T[],
  stay: (before: T, after: T) => T,
  enter: (mark: T) => T,
  leave: (mark: T) => T,
): T[] {
  const before = new Map(from.map((mark) => [mark.key, mark]));
  const next = to.map((mark) => {
    const old = before.get(mark.key);
    before.delete(mark.key);
    return old ? stay(old, mark) : enter(mark);
  });
  return [...next, ...[...before.values()].map(leave).filter((mark) => mark.opacity > 0)];
}

function arcsBetween(
  from: readonly ArcMark[],
  to: readonly ArcMark[],
  t: number,
  origin: (mark: ArcMark) => Span,
  end: (mark: ArcMark) => Span,
): ArcMark[] {
  return joined(
    from,
    to,
    (before, after) => ({
      ...after,
      ...mixSpan(before, after, t),
      opacity: mix(before.opacity, 1, t),
    }),
    (mark) => ({ ...mark, ...mixSpan(origin(mark), mark, t), opacity: t }),
    (mark) => ({ ...mark, ...mixSpan(mark, end(mark), t), opacity: mix(mark.opacity, 0, t) }),
  );
}

function ribbonsBetween(from: Scene, to: Scene, t: number): RibbonMark[] {
  const ends = (mark: RibbonMark, here: Scene, there: Scene): { a: Span; b: Span } => ({
    a: carried(mark.a, mark.ribbon.a.place.peer, here, there),
    b: carried(mark.b, mark.ribbon.b.place.peer, here, there),
  });
  return joined(
    from.ribbons,
    to.ribbons,
    (before, after) => ({
      ...after,
      a: mixSpan(before.a, after.a, t),
      b: mixSpan(before.b, after.b, t),
      opacity: mix(before.opacity, 1, t),
    }),
    (mark) => {
      const origin = ends(mark, to, from);
      return {
        ...mark,
        a: mixSpan(origin.a, mark.a, t),
        b: mixSpan(origin.b, mark.b, t),
        opacity: t,
      };
    },
    (mark) => {
      const end = ends(mark, from, to);
      return {
        ...mark,
        a: mixSpan(mark.a, end.a, t),
        b: mixSpan(mark.b, end.b, t),
        opacity: mix(mark.opacity, 0, t),
      };
    },
  );
}

function labelsBetween(
  from: readonly LabelMark[],
  to: readonly LabelMark[],
  t: number,
): LabelMark[] {
  return joined(
    from,
    to,
    (before, after) => ({
      ...after,
      // Across the circle a label would fly through the picture: it jumps instead.
      place:
        before.place.anchor === after.place.anchor
          ? mixPlace(before.place, after.place, t)
          : after.place,
      opacity: mix(before.opacity, 1, t),
    }),
    (mark) => ({ ...mark, opacity: t }),
    (mark) => ({ ...mark, opacity: mix(mark.opacity, 0, t) }),
  );
}

function mixPlace(from: LabelPlace, to: LabelPlace, t: number): LabelPlace {
  const [x, y] = [mix(from.x, to.x, t), mix(from.y, to.y, t)];
  if (!from.leader || !to.leader) return { ...to, x, y };
  const [before, after] = [from.leader, to.leader];
  return {
    ...to,
    x,
    y,
    leader: [
      mix(before[0], after[0], t),
      mix(before[1], after[1], t),
      mix(before[2], after[2], t),
      mix(before[3], after[3], t),
    ],
  };
}

/** A span inside a peer's arc in one scene, as the same part of that arc in another. */
function carried(span: Span, peer: string, here: Scene, there: Scene): Span {
  const [from, to] = [arcOf(here, peer), arcOf(there, peer)];
  if (!from || !to || from.end <= from.start) return middle(span);
  const at = (angle: number): number =>
    mix(to.start, to.end, Math.min(1, Math.max(0, (angle - from.start) / (from.end - from.start))));
  return { start: at(span.start), end: at(span.end) };
}

function arcOf(scene: Scene, peer: string): Span | undefined {
  return scene.peers.find((mark) => mark.key === peer);
}

function middle(span: Span): Span {
  const angle = (span.start + span.end) / 2;
  return { start: angle, end: angle };
}

function mixSpan(from: Span, to: Span, t: number): Span {
  return { start: mix(from.start, to.start, t), end: mix(from.end, to.end, t) };
}

function mix(from: number, to: number, t: number): number {
  return from + (to - from) * t;
}
