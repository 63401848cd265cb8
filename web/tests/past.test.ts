import { expect, test } from "vitest";
import type { Column } from "../src/series";
import { dragged, latest, type Grip } from "../src/time/brush";
import { History } from "../src/time/history";
import { comparing, meanOf, meansIn } from "../src/time/means";
import { plotFor } from "../src/time/plot";
import { sentenceOf } from "../src/time/sentence";

const RATE = { unit: "bits", size: "wire", period: "rate" } as const;
const MARGINS = { left: 20, right: 80, top: 40, bottom: 24 };
const LIMITS = { from: 1000, to: 1900, step: 5 };

function column(time: number, sent: Record<string, number>): Column {
  const counts = Object.entries(sent).map(
    ([key, bytes]) => [key, { packets: bytes / 1000, bytes, inner_bytes: 0 }] as const,
  );
  return { time, interval_s: 1, counts: new Map(counts) };
}

/** Two minutes; from the middle on "a" sends five times as much. */
const COLUMNS = Array.from({ length: 120 }, (_, i) =>
  column(1001 + i, { a: i < 60 ? 1000 : 5000, b: 2000, other: 500 }),
);

const PAST = { columns: COLUMNS, held: null, isWhole: false, back_s: 900, growth: null };

test("what a hand holds decides what the pointer does", () => {
  const span = { from: 1200, to: 1300 };
  const grip = (part: Grip["part"]): Grip => ({ span, part, down: 1250 });
  expect(dragged(grip("new"), 1400, LIMITS)).toEqual({ from: 1250, to: 1400 });
  expect(dragged(grip("body"), 1400, LIMITS)).toEqual({ from: 1350, to: 1450 });
  expect(dragged(grip("from"), 1220, LIMITS)).toEqual({ from: 1220, to: 1300 });
  expect(dragged(grip("to"), 1400, LIMITS)).toEqual({ from: 1200, to: 1400 });
  expect(dragged({ span: null, part: "body", down: 1250 }, 1251, LIMITS)).toBeNull();
});

test("without a pointer one begins with the last quarter", () => {
  expect(latest(LIMITS)).toEqual({ from: 1675, to: 1900 });
});

test("an interval belongs to the stretch its middle is in", () => {
  const { rates, seconds } = meansIn(COLUMNS, { from: 1000, to: 1060 });
  expect(seconds).toBe(60);
  expect(rates.get("a")?.bytes).toBeCloseTo(1000, 9);
  expect(meansIn(COLUMNS, { from: 1059.6, to: 1060 }).seconds).toBe(0);
  expect(meansIn(COLUMNS, { from: 0, to: 10 }).seconds).toBe(0);
});

test("two stretches differ by what their parts differ by", () => {
  const [before, after] = [
    { from: 1000, to: 1060 },
    { from: 1060, to: 1120 },
  ];
  const bits = ({ bytes }: { bytes: number }): number => 8 * bytes;
  const [a, b] = [meansIn(COLUMNS, before), meansIn(COLUMNS, after)];
  expect(meanOf(a, bits)).toBeCloseTo(28_000, 6);
  const { change, parts } = comparing(a, b, bits, 5);
  expect(change).toBeCloseTo(32_000, 6);
  expect(parts[0]).toMatchObject({ key: "a" });
  expect(parts[0]?.change).toBeCloseTo(32_000, 6);
});

test("the scale reaches just above the highest point, and lines are round", () => {
  const plot = plotFor(PAST, RATE, 900, 300, MARGINS, 4);
  const [bottom = 0, top = 0] = plot.y.domain();
  expect([bottom, top]).toEqual([0, 60_000]);
  expect(plot.lines).toEqual([20_000, 40_000, 60_000]);
  expect(plot.limits.to).toBe(1120);
  expect(plot.x(plot.limits.from)).toBe(20);
  expect(plot.x(plot.limits.to)).toBe(820);
});

test("a sentence names who makes the difference", () => {
  const plot = plotFor(PAST, RATE, 900, 300, MARGINS, 4);
  const [before, after] = [
    { from: 1000, to: 1060 },
    { from: 1060, to: 1120 },
  ];
  const say = (span: typeof after, other: typeof before | null): string =>
    sentenceOf({ past: PAST, culprit: null }, plot, span, other).replaceAll("\u2009", " ");
  expect(say(after, before)).toBe("a sends 32.0 kb/s more, all of the growth");
  expect(say(after, null)).toBe("a sends 32.0 kb/s more, all of the growth");
  expect(say(before, after)).toBe("a sends 32.0 kb/s less, all of the decline");
  expect(say({ from: 1000, to: 1030 }, { from: 1030, to: 1060 })).toBe("As much as before");
  expect(say(before, null)).toBe("Nothing to compare with yet");
});

test("what was loaded and what went on are one history", () => {
  const history = new History();
  history.add(column(1003, { a: 3 }));
  history.load([column(1001, { a: 1 }), column(1002, { a: 2 })]);
  history.add(column(1004, { a: 4 }));
  expect(history.columns.map(({ time }) => time)).toEqual([1001, 1002, 1003, 1004]);
  expect(history.recent(2).map(({ rates }) => rates.get("a")?.bytes)).toEqual([3, 4]);
});
