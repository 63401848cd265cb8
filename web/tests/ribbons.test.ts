import { expect, test } from "vitest";
import { inPaintingOrder } from "../src/ribbons";
import type { RibbonMark } from "../src/motion";
import type { End } from "../src/layout";

const place = {
  key: "",
  rim: "",
  peer: "",
  address: "",
  name: "",
  kind: "peer",
  vni: null,
  merged: 1,
} as const;

function ribbon(key: string, value: number): RibbonMark {
  const end: End = { place, value, start: 0, end: 0 };
  const at = { start: 0, end: 0, radius: 1 };
  return { key, opacity: 1, ribbon: { key, a: end, b: { ...end, value: 0 } }, a: at, b: at };
}

test("small ribbons lie on big ones, and few change places while their sizes do", () => {
  const ranks = new Map<string, number>();
  const order = (sizes: Record<string, number>): string =>
    inPaintingOrder(
      Object.entries(sizes).map(([key, size]) => ribbon(key, size)),
      ranks,
    )
      .map(({ key }) => key)
      .join("");
  expect(order({ a: 100, b: 1000, c: 10 })).toBe("bac");
  expect(order({ a: 300, b: 250, c: 10 })).toBe("bac");
  expect(order({ a: 300, b: 60, c: 10 })).toBe("abc");
  expect(order({ a: 300, d: 3000, c: 10 })).toBe("dac");
  expect([...ranks.keys()]).toEqual(["a", "d", "c"]);
});
