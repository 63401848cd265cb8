/**
 * From one picture to the next: everything keeps its key, so motion means change.
 *
 * What stands inside an arc opens out of it and closes into it; other arcs grow from and shrink
 * to their middle. All this is numbers; chord.ts only draws what comes out.
 */
import type { LabelPlace } from "./labels";
import type { Arc, Layout, Ribbon, Span } from "./layout";

interface Moving {
  readonly key: string;
  /** 0 before it came and after it went, else 1. */
  readonly opacity: number;
}

/** An arc; its ends are those of now, those of `arc` are where it is going. */
export interface ArcMark extends Moving, Span {
  readonly arc: Arc;
  /** Its radii, in px. */
  readonly inner: number;
  readonly outer: number;
}

/** Where a ribbon ends. */
export interface EndMark extends Span {
  readonly radius: number;
}

export interface RibbonMark extends Moving {
  readonly ribbon: Ribbon;
  readonly a: EndMark;
  readonly b: EndMark;
}

export interface LabelMark extends Moving {
  readonly arc: Arc;
  readonly place: LabelPlace;
}

export interface Scene {
  readonly rim: readonly ArcMark[];
  /** Only what stands inside an opened arc. */
  readonly inside: readonly ArcMark[];
  readonly ribbons: readonly RibbonMark[];
  readonly labels: readonly LabelMark[];
}

/** Radii of one arc and of what stands inside it, in px. */
export interface Radii {
  readonly outer: number;
  readonly inner: number;
  readonly insideOuter: number;
  readonly insideInner: number;
  readonly ribbon: number;
}

/** @param radiiOf by the key of the rim. */
export function sceneOf(
  rim: Layout,
  inside: Layout,
  labels: readonly (LabelPlace | null)[],
  radiiOf: (rim: string) => Radii,
): Scene {
  const end = (span: Span, rimKey: string): EndMark => ({
    start: span.start,
    end: span.end,
    radius: radiiOf(rimKey).ribbon,
  });
  const mark = (arc: Arc, inner: number, outer: number): ArcMark => ({
    key: arc.place.key,
    opacity: 1,
    arc,
    start: arc.start,
    end: arc.end,
    inner,
    outer,
  });
  return {
    rim: rim.arcs.map((arc) => {
      const { inner, outer } = radiiOf(arc.place.key);
      return mark(arc, inner, outer);
    }),
    inside: inside.arcs
      .filter(({ place }) => place.key !== place.rim)
      .map((arc) => {
        const { insideInner, insideOuter } = radiiOf(arc.place.rim);
        return mark(arc, insideInner, insideOuter);
      }),
    ribbons: inside.ribbons.map((ribbon) => ({
      key: ribbon.key,
      opacity: 1,
      ribbon,
      a: end(ribbon.a, ribbon.a.place.rim),
      b: end(ribbon.b, ribbon.b.place.rim),
    })),
    labels: rim.arcs.flatMap((arc, i) => {
      const place = labels[i];
      return place ? [{ key: arc.place.key, opacity: 1, arc, place }] : [];
    }),
  };
}

/** The picture at `t`, 0 to 1, on the way. What it shows and says is the goal's already. */
export function between(from: Scene, to: Scene, t: number): Scene {
  if (t >= 1) return to;
  const mid = (mark: ArcMark): Span => middle(mark);
  return {
    rim: arcsBetween(from.rim, to.rim, t, mid, mid),
    inside: arcsBetween(
      from.inside,
      to.inside,
      t,
      (mark) => carried(mark.arc, mark.arc.place.rim, to, from),
      (mark) => carried(mark.arc, mark.arc.place.rim, from, to),
    ),
    ribbons: ribbonsBetween(from, to, t),
    labels: labelsBetween(from.labels, to.labels, t),
  };
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
      inner: mix(before.inner, after.inner, t),
      outer: mix(before.outer, after.outer, t),
      opacity: mix(before.opacity, 1, t),
    }),
    (mark) => ({ ...mark, ...mixSpan(origin(mark), mark, t), opacity: t }),
    (mark) => ({ ...mark, ...mixSpan(mark, end(mark), t), opacity: mix(mark.opacity, 0, t) }),
  );
}

function ribbonsBetween(from: Scene, to: Scene, t: number): RibbonMark[] {
  const ends = (mark: RibbonMark, here: Scene, there: Scene): { a: EndMark; b: EndMark } => ({
    a: { ...mark.a, ...carried(mark.a, mark.ribbon.a.place.rim, here, there) },
    b: { ...mark.b, ...carried(mark.b, mark.ribbon.b.place.rim, here, there) },
  });
  return joined(
    from.ribbons,
    to.ribbons,
    (before, after) => ({
      ...after,
      a: mixEnd(before.a, after.a, t),
      b: mixEnd(before.b, after.b, t),
      opacity: mix(before.opacity, 1, t),
    }),
    (mark) => {
      const origin = ends(mark, to, from);
      const [a, b] = [mixEnd(origin.a, mark.a, t), mixEnd(origin.b, mark.b, t)];
      return { ...mark, a, b, opacity: t };
    },
    (mark) => {
      const goal = ends(mark, from, to);
      const [a, b] = [mixEnd(mark.a, goal.a, t), mixEnd(mark.b, goal.b, t)];
      return { ...mark, a, b, opacity: mix(mark.opacity, 0, t) };
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

/** A span inside an arc of the rim in one scene, as the same part of that arc in another. */
function carried(span: Span, rim: string, here: Scene, there: Scene): Span {
  const [from, to] = [arcOf(here, rim), arcOf(there, rim)];
  if (!from || !to || from.end <= from.start) return middle(span);
  const at = (angle: number): number =>
    mix(to.start, to.end, Math.min(1, Math.max(0, (angle - from.start) / (from.end - from.start))));
  return { start: at(span.start), end: at(span.end) };
}

function arcOf(scene: Scene, rim: string): Span | undefined {
  return scene.rim.find((mark) => mark.key === rim);
}

function middle(span: Span): Span {
  const angle = (span.start + span.end) / 2;
  return { start: angle, end: angle };
}

function mixEnd(from: EndMark, to: EndMark, t: number): EndMark {
  return { ...mixSpan(from, to, t), radius: mix(from.radius, to.radius, t) };
}

function mixSpan(from: Span, to: Span, t: number): Span {
  return { start: mix(from.start, to.start, t), end: mix(from.end, to.end, t) };
}

function mix(from: number, to: number, t: number): number {
  return from + (to - from) * t;
}
