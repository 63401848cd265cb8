import { expect, test } from "vitest";
import { drawnOut, justBefore, keyed, moved, resized, within } from "../src/time/brush";

const LIMITS = { from: 1000, to: 1900, step: 5 };

test.each([
  [1203, 1257, { from: 1205, to: 1255 }],
  [1257, 1203, { from: 1205, to: 1255 }],
  [1203, 5000, { from: 1205, to: 1900 }],
  [1203, 0, { from: 1000, to: 1205 }],
])("a brush from %s to %s", (down, now, span) => {
  expect(drawnOut(down, now, LIMITS)).toEqual(span);
});

test("a click draws nothing out", () => {
  expect(drawnOut(1203, 1204, LIMITS)).toBeNull();
});

test("a brush that is moved keeps its length, also at the border", () => {
  const span = { from: 1200, to: 1300 };
  expect(moved(span, 52, LIMITS)).toEqual({ from: 1250, to: 1350 });
  expect(moved(span, 9000, LIMITS)).toEqual({ from: 1800, to: 1900 });
  expect(moved(span, -9000, LIMITS)).toEqual({ from: 1000, to: 1100 });
});

test("an end never passes the other one", () => {
  const span = { from: 1200, to: 1300 };
  expect(resized(span, "from", 1251, LIMITS)).toEqual({ from: 1250, to: 1300 });
  expect(resized(span, "from", 1700, LIMITS)).toEqual({ from: 1295, to: 1300 });
  expect(resized(span, "to", 0, LIMITS)).toEqual({ from: 1200, to: 1205 });
  expect(resized(span, "to", 9000, LIMITS)).toEqual({ from: 1200, to: 1900 });
});

test.each([
  ["ArrowRight", false, 1205],
  ["ArrowUp", false, 1205],
  ["ArrowLeft", true, 1150],
  ["PageDown", false, 1150],
  ["PageUp", false, 1250],
  ["Home", false, 1000],
  ["End", false, 1900],
  ["x", false, null],
])("the key %s, large: %s", (key, isLarge, at) => {
  expect(keyed(1200, key, isLarge, LIMITS)).toBe(at);
});

test("the time before is as long", () => {
  expect(justBefore({ from: 1200, to: 1260 })).toEqual({ from: 1140, to: 1200 });
});

test("what is out of sight is cut off", () => {
  expect(within({ from: 900, to: 1100 }, LIMITS)).toEqual({ from: 1000, to: 1100 });
  expect(within({ from: 100, to: 900 }, LIMITS)).toBeNull();
});
