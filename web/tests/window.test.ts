import { expect, test } from "vitest";
import { rowAfterKey, rowsInSight, rowsToAsk, scrollTo } from "../src/table/window";

const MANY = 50_000;
const NOTHING = { from: 0, to: 0 };

test.each([
  [0, { from: 0, to: 28 }],
  [32 * 1000, { from: 992, to: 1028 }],
  [32 * 1000 + 1, { from: 992, to: 1029 }],
  [32 * (MANY - 20), { from: MANY - 28, to: MANY }],
])("scrolled to %s px, rows in sight and some around", (top, range) => {
  expect(rowsInSight(top, 640, 32, MANY)).toEqual(range);
});

test("few rows are all drawn, none are none", () => {
  expect(rowsInSight(0, 640, 32, 3)).toEqual({ from: 0, to: 3 });
  expect(rowsInSight(0, 640, 32, 0)).toEqual(NOTHING);
});

test("nothing is asked for twice", () => {
  const asked = rowsToAsk({ from: 100, to: 140 }, NOTHING, MANY);
  expect(asked).toEqual({ from: 0, to: 240 });
  expect(rowsToAsk({ from: 100, to: 140 }, { from: 0, to: 240 }, MANY)).toBeNull();
  expect(rowsToAsk({ from: 230, to: 270 }, { from: 0, to: 240 }, MANY)).toEqual({
    from: 130,
    to: 370,
  });
});

test("at the end whole chunks are asked for, and never below the first row", () => {
  expect(rowsToAsk({ from: MANY - 30, to: MANY }, NOTHING, MANY)).toEqual({
    from: MANY - 240,
    to: MANY,
  });
  expect(rowsToAsk({ from: 0, to: 5 }, NOTHING, 5)).toEqual({ from: 0, to: 240 });
});

test("wherever one scrolls, what is asked for covers what is in sight", () => {
  for (let top = 0; top < MANY * 32; top += 77_777) {
    const wanted = rowsInSight(top, 1300, 32, MANY);
    const asked = rowsToAsk(wanted, NOTHING, MANY);
    expect(asked && asked.from <= wanted.from && asked.to >= wanted.to).toBe(true);
  }
});

test("a row comes into sight by the shortest way", () => {
  expect(scrollTo(0, 320, 640, 32)).toBe(0);
  expect(scrollTo(15, 320, 640, 32)).toBe(320);
  expect(scrollTo(30, 320, 640, 32)).toBe(352);
});

test.each([
  ["ArrowDown", 11],
  ["ArrowUp", 9],
  ["PageDown", 30],
  ["PageUp", 0],
  ["Home", 0],
  ["End", 99],
  ["x", null],
])("the key %s", (key, row) => {
  expect(rowAfterKey(10, key, 20, 100)).toBe(row);
});
