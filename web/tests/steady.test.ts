import { expect, test } from "vitest";
import { SteadyOrder } from "../src/steady";

const key = (word: string): string => word;

test("an order holds for five seconds", () => {
  const order = new SteadyOrder();
  expect(order.apply("x", ["a", "b"], key, false, 0)).toEqual(["a", "b"]);
  expect(order.apply("x", ["b", "a"], key, false, 4999)).toEqual(["a", "b"]);
  expect(order.apply("x", ["b", "a"], key, false, 5000)).toEqual(["b", "a"]);
});

test("and longer under the pointer or the focus", () => {
  const order = new SteadyOrder();
  order.apply("x", ["a", "b"], key, false, 0);
  expect(order.apply("x", ["b", "a"], key, true, 60_000)).toEqual(["a", "b"]);
  expect(order.apply("x", ["b", "a"], key, false, 60_001)).toEqual(["b", "a"]);
});

test("new ones come last, by size", () => {
  const order = new SteadyOrder();
  order.apply("x", ["a", "b"], key, false, 0);
  expect(order.apply("x", ["d", "b", "c", "a"], key, false, 1)).toEqual(["a", "b", "d", "c"]);
});

test("another subject is sorted at once", () => {
  const order = new SteadyOrder();
  order.apply("x", ["a", "b"], key, false, 0);
  expect(order.apply("y", ["b", "a"], key, true, 1)).toEqual(["b", "a"]);
});
