import { describe, expect, test } from "vitest";
import { amountIn } from "../src/amounts";
import { frameFor } from "../src/frame";
import { placeLabels } from "../src/labels";
import { layOut, layOutInside } from "../src/layout";
import { between, sceneOf, type Scene } from "../src/motion";
import { rimMatrix } from "../src/rim";
import { endpointsOf, flow, kept, peer, peersOf, tunnel } from "./rows";

const bytes = amountIn({ unit: "bits", size: "wire", period: "total" }, 1);
const frame = frameFor(896, 624, false, "all", 4);
const spacing = { gap: 0.03, least: 0.02 };

function scene(
  rows: readonly (readonly [from: number, to: number, bytes: number])[],
  open = false,
): Scene {
  const tunnels = kept(rows.map((row) => tunnel(...row)));
  const flows = kept(rows.map((row) => flow(...row)));
  const peers = peersOf(tunnels);
  const matrix = rimMatrix(peers, bytes, 0);
  const rim = layOut(matrix, spacing);
  const inside = open ? endpointsOf(peers, flows, bytes) : matrix;
  const labels = placeLabels(
    rim.arcs.map(({ start, end }) => ({ start, end, weight: 1, isOpened: open })),
    frame,
  );
  return sceneOf(rim, layOutInside(rim, inside, spacing), labels, () =>
    open ? frame.opened : frame.closed,
  );
}

const before = scene([
  [0, 1, 10],
  [1, 0, 10],
]);
const after = scene([
  [0, 1, 30],
  [1, 0, 10],
  [0, 2, 5],
]);

test("at its end a motion is its goal", () => {
  expect(between(before, after, 1)).toBe(after);
});

test("what stays moves straight, and says the new numbers at once", () => {
  const half = between(before, after, 0.5);
  const [old, now, goal] = [before, half, after].map(({ rim }) => rim[0]);
  expect(now?.end).toBeCloseTo(((old?.end ?? 0) + (goal?.end ?? 0)) / 2, 9);
  expect(now?.arc.sent).toBe(35);
  expect(now?.opacity).toBe(1);
});

test("what comes grows, what goes shrinks and leaves", () => {
  const coming = between(before, after, 0.25).rim.find(({ key }) => key === peer(2));
  expect(coming?.opacity).toBe(0.25);
  const leaving = between(after, before, 0.25);
  expect(leaving.rim.at(-1)).toMatchObject({ key: peer(2), opacity: 0.75 });
  expect(leaving.ribbons).toHaveLength(2);
  expect(between(leaving, before, 1).ribbons).toHaveLength(1);
});

describe("opening a peer", () => {
  const open = scene(
    [
      [0, 1, 30],
      [1, 0, 10],
      [0, 2, 5],
    ],
    true,
  );

  test("starts in the peers' own arcs", () => {
    const start = between(after, open, 0.0001);
    for (const mark of start.inside) {
      const around = after.rim.find(({ key }) => key === mark.arc.place.rim);
      expect(mark.start).toBeGreaterThan((around?.start ?? 9) - 0.001);
      expect(mark.end).toBeLessThan((around?.end ?? 0) + 0.001);
      expect(mark.end).toBeGreaterThan(mark.start);
    }
  });

  test("fades the ribbons over, and thins the ring", () => {
    const half = between(after, open, 0.5);
    expect(half.ribbons).toHaveLength(4);
    expect(half.ribbons.every(({ opacity }) => opacity === 0.5)).toBe(true);
    const mean = (frame.opened.inner + frame.closed.inner) / 2;
    expect(half.rim[0]?.inner).toBeCloseTo(mean, 9);
  });
});

test("a motion that is interrupted goes on from where it was", () => {
  const half = between(before, after, 0.5);
  const turned = between(half, before, 0.5);
  const going = turned.rim.find(({ key }) => key === peer(2));
  expect(going?.opacity).toBe(0.25);
});
