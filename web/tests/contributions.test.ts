import { expect, test } from "vitest";
import { compare, shareOfChange } from "../src/time/contributions";

const PARTS = [
  { key: "a", before: 4, after: 42 },
  { key: "b", before: 10, after: 12 },
  { key: "c", before: 9, after: 7 },
  { key: "d", before: 5, after: 5 },
  { key: "e", before: 6, after: 6.5 },
];
const WHOLE = { before: 40, after: 80 };

test("who grew most is first, who shrank most last, the rest between them", () => {
  const { parts, change } = compare(PARTS, WHOLE, 3);
  expect(change).toBe(40);
  expect(parts.map(({ key, change: own }) => [key, own])).toEqual([
    ["a", 38],
    ["b", 2],
    ["other", 2],
    ["c", -2],
  ]);
});

test("the parts add up to the difference, whatever is left out", () => {
  for (const most of [0, 1, 2, 5, 9]) {
    const { parts, change } = compare(PARTS, WHOLE, most);
    expect(parts.reduce((sum, part) => sum + part.change, 0)).toBeCloseTo(change, 9);
  }
});

test("nothing is added up where everything is told", () => {
  const whole = { before: 34, after: 72.5 };
  expect(compare(PARTS, whole, 9).parts.map(({ key }) => key)).toEqual(["a", "b", "e", "d", "c"]);
});

test("a share is one of all that went the same way", () => {
  const comparison = compare(PARTS, WHOLE, 3);
  const [a, , , c] = comparison.parts;
  expect(a && shareOfChange(a, comparison)).toBeCloseTo(38 / 42, 9);
  expect(c && shareOfChange(c, comparison)).toBe(1);
});
