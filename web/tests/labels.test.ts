import { describe, expect, test } from "vitest";
import { frameFor } from "../src/frame";
import { placeLabels, type LabelPlace } from "../src/labels";
import type { Span } from "../src/layout";

const desk = frameFor(896, 624, false, "closed", 0);

function arcs(count: number, from = 0, to = 2 * Math.PI): Span[] {
  const size = (to - from) / count;
  return Array.from({ length: count }, (_, i) => ({
    start: from + i * size,
    end: from + (i + 1) * size,
  }));
}

function placed(spans: readonly Span[], frame = desk): LabelPlace[] {
  const wanted = spans.map((span) => ({ ...span, weight: 1, isOpened: false }));
  return placeLabels(wanted, frame).filter((place) => place !== null);
}

/** Distances between neighbours of one side, from top to bottom. */
function pitches(count: number, from: number, to: number): number[] {
  const places = placed(arcs(count, from, to));
  const heights = places.map(({ y }) => y).sort((a, b) => a - b);
  return heights.slice(1).map((y, i) => y - (heights[i] ?? 0));
}

describe("labels", () => {
  test("stand on their arc's side, level with it where there is room", () => {
    const [right, left] = placed([
      { start: 1.4, end: 1.8 },
      { start: 4.5, end: 4.9 },
    ]);
    expect(right?.anchor).toBe("start");
    expect(right?.x).toBeGreaterThan(desk.outer);
    expect(left?.anchor).toBe("end");
    expect(right?.y).toBeCloseTo(-Math.cos(1.6) * (desk.outer + desk.labelDistance), 6);
    expect(right?.leader).toBeNull();
  });

  test("keep their distance, and get a leader when they move", () => {
    const crowd = arcs(6, 1.3, 1.8);
    expect(Math.min(...pitches(6, 1.3, 1.8))).toBeGreaterThanOrEqual(desk.labelPitch - 1e-9);
    const places = placed(crowd);
    expect(places[0]?.leader).not.toBeNull();
    expect(places.every(({ lines }) => lines === 2)).toBe(true);
  });

  test("keep the order of their arcs", () => {
    const heights = placed(arcs(14, 0.01, 0.5)).map(({ y }) => y);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
  });

  test("lose their second line where a side is full, the lightest first", () => {
    const wanted = arcs(20, 0.1, 3).map((span, weight) => ({ ...span, weight, isOpened: false }));
    const lines = placeLabels(wanted, desk).map((place) => place?.lines);
    expect(new Set(lines)).toEqual(new Set([1, 2]));
    expect(lines).toEqual([...lines].sort());
    expect(Math.min(...pitches(20, 0.1, 3))).toBeGreaterThan(15);
  });

  test("of short arcs are one line, and go before they stand far away", () => {
    const short = arcs(40, 0.2, 0.8).map((span, i) => ({ ...span, weight: i, isOpened: false }));
    const places = placeLabels(short, desk);
    const shown = places.filter((place) => place !== null);
    expect(shown.every(({ lines }) => lines === 1)).toBe(true);
    expect(shown.length).toBeGreaterThan(4);
    expect(shown.length).toBeLessThan(40);
  });

  test("leave the corner to the legend", () => {
    const legend = desk.legend ?? { right: 0, top: 0 };
    for (const count of [9, 12, 21]) {
      for (const place of placed(arcs(count))) {
        const isLow = desk.y + place.y + desk.type.rate + 8 > legend.top;
        const isLeft = place.anchor === "end" && desk.x + place.x - desk.labelWidth < legend.right;
        expect(isLow && isLeft).toBe(false);
      }
    }
  });

  test("make room for the names of what stands inside an opened arc", () => {
    const open = frameFor(896, 624, false, "one", 4);
    const spans = [
      { start: 1.4, end: 1.8 },
      { start: 4.5, end: 4.9 },
    ];
    const wanted = spans.map((span, nth) => ({ ...span, weight: 1, isOpened: nth === 0 }));
    const [right, left] = placeLabels(wanted, open);
    expect(open.outer).toBe(desk.outer);
    expect((right?.x ?? 0) + (left?.x ?? 0)).toBeCloseTo(open.namesRoom, 0);
  });

  test("stay on the stage", () => {
    for (const { y } of placed(arcs(21))) {
      expect(y + desk.y).toBeGreaterThan(40);
      expect(y + desk.y).toBeLessThan(desk.height - 10);
    }
  });
});

describe("the frame", () => {
  test("fits the circle and its labels into every size", () => {
    for (const [width, height] of [
      [360, 400],
      [390, 400],
      [560, 520],
      [896, 624],
      [1840, 1148],
    ] as const) {
      for (const open of ["closed", "one", "all"] as const) {
        const frame = frameFor(width, height, width > 1700, open, 9);
        expect(frame.opened.ribbon).toBeGreaterThan(0);
        expect(frame.outer * 2).toBeLessThan(Math.min(width, height));
      }
    }
  });
});
