import { describe, expect, test } from "vitest";
import { amountIn } from "../src/amounts";
import { fromNeighbour, layOut, layOutInside, spread, type Layout } from "../src/layout";
import type { Matrix } from "../src/matrix";
import { rimMatrix } from "../src/rim";
import { endpointsOf, flow, kept, peersOf, tunnel } from "./rows";

const bytes = amountIn({ unit: "bits", size: "wire", period: "total" }, 1);
const spacing = { gap: 0.03, least: 0.02 };
const full = 2 * Math.PI;

function matrixOf(values: readonly (readonly number[])[]): Matrix {
  return {
    places: values.map((_, i) => ({
      key: String(i),
      rim: String(i),
      peer: String(i),
      address: String(i),
      name: "",
      kind: "peer",
      vni: null,
      merged: 1,
    })),
    values,
  };
}

const size = ({ start, end }: { start: number; end: number }): number => end - start;

/** Every sub-arc of an arc, in the order of its angles. */
function endsIn(layout: Layout, key: string): { start: number; end: number; to: string }[] {
  return layout.ribbons
    .flatMap(({ a, b }) => [
      { own: a.place.key, to: b.place.key, start: a.start, end: a.end },
      ...(a === b ? [] : [{ own: b.place.key, to: a.place.key, start: b.start, end: b.end }]),
    ])
    .filter(({ own }) => own === key)
    .sort((left, right) => left.start - right.start);
}

describe("arcs", () => {
  test("are as long as what is sent, and fill the circle with their gaps", () => {
    const { arcs } = layOut(
      matrixOf([
        [0, 30],
        [10, 0],
      ]),
      spacing,
    );
    const [first, second] = arcs;
    expect(arcs.map(({ sent }) => sent)).toEqual([30, 10]);
    expect(size(first ?? { start: 0, end: 0 }) / size(second ?? { start: 0, end: 1 })).toBeCloseTo(
      3,
      9,
    );
    expect(arcs.reduce((total, arc) => total + size(arc), 0)).toBeCloseTo(full - 2 * 0.03, 9);
    expect(first?.start).toBeCloseTo(0.015, 9);
    expect(second?.end).toBeCloseTo(full - 0.015, 9);
  });

  test("of who sends nothing keep the least angle", () => {
    const { arcs } = layOut(
      matrixOf([
        [0, 1000, 1],
        [0, 0, 0],
        [1, 0, 0],
      ]),
      spacing,
    );
    expect(arcs.map(size)[1]).toBeCloseTo(0.02, 9);
    expect(arcs.map(size)[2]).toBeCloseTo(0.02, 9);
    expect(arcs.reduce((total, arc) => total + size(arc), 0)).toBeCloseTo(full - 3 * 0.03, 9);
  });

  test("share the circle when nobody sends", () => {
    const { arcs, ribbons } = layOut(
      matrixOf([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]),
      spacing,
    );
    expect(new Set(arcs.map((arc) => size(arc).toFixed(9))).size).toBe(1);
    expect(ribbons).toEqual([]);
  });

  test("of five hundred fit, gaps included", () => {
    const many = Array.from({ length: 500 }, () => Array<number>(500).fill(1));
    const { arcs } = layOut(matrixOf(many), spacing);
    expect(arcs.every((arc) => size(arc) > 0)).toBe(true);
    expect(arcs.at(-1)?.end).toBeLessThan(full);
  });

  test("of nobody are none", () => {
    expect(layOut(matrixOf([]), spacing)).toEqual({ arcs: [], ribbons: [] });
  });
});

describe("sub-arcs", () => {
  const star = matrixOf([
    [0, 1, 2, 3],
    [4, 0, 0, 0],
    [5, 0, 0, 0],
    [6, 0, 0, 0],
  ]);

  test("follow the partners' places, from the one before back to the one after", () => {
    expect(fromNeighbour(1, [0, 1, 2, 3], 4)).toEqual([0, 3, 2, 1]);
    const hub = endsIn(layOut(star, spacing), "0");
    expect(hub.map(({ to }) => to)).toEqual(["3", "2", "1"]);
  });

  test("stand side by side, without gaps, and fill the arc", () => {
    const layout = layOut(star, spacing);
    const hub = endsIn(layout, "0");
    const arc = layout.arcs[0];
    expect(hub[0]?.start).toBeCloseTo(arc?.start ?? 0, 9);
    expect(hub[1]?.start).toBeCloseTo(hub[0]?.end ?? 0, 9);
    expect(hub.at(-1)?.end).toBeCloseTo(arc?.end ?? 0, 9);
  });

  test("never cross for a single host", () => {
    const { ribbons } = layOut(star, spacing);
    for (const one of ribbons) {
      for (const two of ribbons) {
        if (one === two) continue;
        const inner = one.a.start < two.a.start ? [one, two] : [two, one];
        // The hub is first: what leaves it earlier arrives later on the circle.
        expect(inner[0]?.b.start).toBeGreaterThan(inner[1]?.b.start ?? 0);
      }
    }
  });

  test("do not swap when sizes do", () => {
    const swapped = matrixOf([
      [0, 9, 2, 1],
      [4, 0, 0, 0],
      [5, 0, 0, 0],
      [6, 0, 0, 0],
    ]);
    const order = (matrix: Matrix): string[] =>
      endsIn(layOut(matrix, spacing), "0").map(({ to }) => to);
    expect(order(swapped)).toEqual(order(star));
  });

  test("of traffic to oneself are one ribbon with both ends there", () => {
    const { ribbons, arcs } = layOut(
      matrixOf([
        [5, 5],
        [5, 0],
      ]),
      spacing,
    );
    const loop = ribbons.find(({ key }) => key === "0|0");
    expect(loop?.a).toBe(loop?.b);
    expect(loop?.a.end).toBeCloseTo(arcs[0]?.end ?? 0, 9);
  });
});

describe("endpoints", () => {
  const flows = [flow(0, 1, 10, 0), flow(1, 0, 30, 0), flow(0, 2, 20, 1), flow(2, 0, 20, 1)];
  const tunnels = kept(
    flows.map((row) =>
      tunnel(
        Number(row.outer_src.slice(-1)),
        Number(row.outer_dst.slice(-1)),
        row.bytes,
        row.vni ?? 0,
      ),
    ),
  );
  const peers = peersOf(tunnels);
  const outer = layOut(rimMatrix(peers, bytes, 0), spacing);
  const inside = layOutInside(outer, endpointsOf(peers, kept(flows), bytes), {
    gap: 0.006,
    least: 0.004,
  });

  test("open inside their peer's arc", () => {
    for (const arc of inside.arcs) {
      const around = outer.arcs.find(({ place }) => place.key === arc.place.rim);
      expect(arc.start).toBeGreaterThanOrEqual((around?.start ?? Infinity) - 1e-9);
      expect(arc.end).toBeLessThanOrEqual((around?.end ?? -Infinity) + 1e-9);
    }
  });

  test("send together what their peers send", () => {
    const sum = (layout: Layout): number => layout.arcs.reduce((total, arc) => total + arc.sent, 0);
    expect(sum(inside)).toBe(sum(outer));
  });
});

test("spread never leaves its span, however large the gap", () => {
  const spans = spread([1, 2, 3], { start: 1, end: 1.01 }, { gap: 1, least: 1 });
  expect(spans[0]?.start).toBe(1);
  expect(spans.at(-1)?.end).toBeCloseTo(1.01, 12);
  expect(spans.every((span) => span.end >= span.start)).toBe(true);
});
