import { expect, test } from "vitest";
import { FRAME, slicer } from "../src/later";

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

test("what has to be shown before the next step is waited for", () => {
  const painting: (() => void)[] = [];
  const later = slicer(
    () => {
      throw new Error("there is time enough");
    },
    () => 0,
    1,
    (task) => painting.push(task),
  );
  const done: string[] = [];
  function* steps(): Iterable<unknown> {
    done.push("a");
    yield;
    done.push("b");
    yield FRAME;
    done.push("c");
  }
  later(steps());
  expect(done).toEqual(["a", "b"]);
  painting.shift()?.();
  expect(done).toEqual(["a", "b", "c"]);
});
