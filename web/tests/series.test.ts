import { expect, test } from "vitest";
import {
  append,
  binned,
  byGrowth,
  columnsOf,
  inParts,
  LONGEST_S,
  stretchOf,
  type Column,
} from "../src/series";

function column(time: number, bytes: Record<string, number>, interval_s = 1): Column {
  const counts = Object.entries(bytes).map(
    ([peer, sent]) => [peer, { packets: 1, bytes: sent, inner_bytes: 0 }] as const,
  );
  return { time, interval_s, counts: new Map(counts) };
}

test("a timeline becomes one column per drain", () => {
  const columns = columnsOf({
    times: [1, 5],
    elapsed_s: [1, 4],
    peers: ["a", "other"],
    bytes: [
      [604, 0],
      [0, 5],
    ],
    packets: [
      [1, 0],
      [0, 2],
    ],
  });
  expect(columns[1]?.counts.get("other")).toMatchObject({ packets: 2, bytes: 5 });
  expect(columns[0]?.counts.get("a")).toMatchObject({ packets: 1, bytes: 604 });
  // A drain that was held up has more, at no higher rate.
  const [, late] = binned(columns, 1);
  expect(late?.rates.get("other")).toMatchObject({ packets: 0.5, bytes: 1.25 });
});

test("a column is taken once, and the oldest go after fifteen minutes", () => {
  const first = append([], column(10, { a: 1 }));
  expect(append(first, column(10, { a: 1 }))).toBe(first);
  expect(append(first, column(9, { a: 1 }))).toBe(first);
  expect(append(first, column(10 + 15 * 60, { a: 1 })).map(({ time }) => time)).toEqual([910]);
});

test("a young monitor shows a short period", () => {
  const of = (age: number): number => {
    const { from, to } = stretchOf([column(0, {}), column(age, {})], false, LONGEST_S);
    expect(to).toBe(age);
    return to - from;
  };
  expect([of(5), of(61), of(200), of(899)]).toEqual([60, 120, 300, 900]);
  expect(stretchOf([], false, LONGEST_S)).toEqual({ from: -60, to: 0 });
});

test("a capture shows all of its time, and no more", () => {
  const of = (age: number, interval_s: number): unknown =>
    stretchOf([column(100, {}, interval_s), column(100 + age, {}, interval_s)], true, LONGEST_S);
  expect(of(3, 0.005)).toEqual({ from: 99.995, to: 103 });
  expect(of(86400, 120)).toEqual({ from: -20, to: 86500 });
});

test("bins are rates over what they hold, and stand still", () => {
  const columns = [10, 11, 12, 13].map((time) => column(time, { a: time * 100 }, 1));
  const bins = binned(columns, 2);
  expect(bins.map(({ time }) => time)).toEqual([10.5, 12.5]);
  expect(bins[0]?.rates.get("a")?.bytes).toBe(1050);
  expect(binned(columns.slice(1), 2)[1]).toEqual(bins[1]);
  expect(binned([column(10, { a: 50 }, 0.5)], 2)[0]?.rates.get("a")?.bytes).toBe(100);
});

test("who grew most is last, and so on top; other is at the bottom", () => {
  const columns = [0, 1, 2, 3].map((time) =>
    column(time, { other: time * 900, calm: 5, grows: time * 9, falls: 9 - time }),
  );
  expect(byGrowth(binned(columns, 1))).toEqual(["other", "falls", "calm", "grows"]);
});

test("a long interval becomes parts with the same rate", () => {
  const parts = inParts(column(1040, { a: 400 }, 40), 10);
  expect(parts.map(({ time }) => time)).toEqual([1010, 1020, 1030, 1040]);
  expect(parts.map(({ interval_s }) => interval_s)).toEqual([10, 10, 10, 10]);
  expect(parts.map(({ counts }) => counts.get("a")?.bytes)).toEqual([100, 100, 100, 100]);
  const short = column(1010, { a: 100 }, 10);
  expect(inParts(short, 10)).toEqual([short]);
});
