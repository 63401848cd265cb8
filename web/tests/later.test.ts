import { expect, test } from "vitest";
import { slicer } from "../src/later";

test("work is done in slices, and dropped when there is new work", () => {
  const waiting: (() => void)[] = [];
  let clock = 0;
  const later = slicer(
    (task) => waiting.push(task),
    () => clock,
  );
  const done: string[] = [];
  function* steps(name: string): Iterable<void> {
    for (let i = 0; i < 5; i++) {
      done.push(`${name}${String(i)}`);
      clock += 5;
      yield;
    }
  }
  later(steps("a"));
  expect(done).toEqual(["a0", "a1"]);
  waiting.shift()?.();
  expect(done).toEqual(["a0", "a1", "a2", "a3"]);
  later(steps("b"));
  while (waiting.length > 0) waiting.shift()?.();
  expect(done.slice(4)).toEqual(["b0", "b1", "b2", "b3", "b4"]);
});
