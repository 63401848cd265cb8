import { expect, test } from "vitest";
import { clockText } from "../src/format";
import { ticksOf } from "../src/time/ticks";

const NOON = Date.UTC(2026, 10, 26, 12) / 1000;

test.each([
  [0.004, 300],
  [0.8, 900],
  [3, 900],
  [60, 900],
  [900, 900],
  [900, 300],
  [6 * 3600, 900],
  [24 * 3600, 320],
  [30 * 86400, 1200],
  [3.3 * 365 * 86400, 900],
])("%s s on %s px: labels are apart, marks even, all in sight", (seconds, width) => {
  const span = { from: NOON - seconds + 0.7, to: NOON + 0.7 };
  const ticks = ticksOf(span, width, 64, 0);
  const labels = ticks.filter(({ label }) => label !== "").map(({ time }) => time);
  expect(labels.length).toBeGreaterThan(1);
  const apart = labels.slice(1).map((time, i) => time - (labels[i] ?? 0));
  expect((Math.min(...apart) / seconds) * width).toBeGreaterThanOrEqual(64);
  const between = ticks.slice(1).map(({ time }, i) => time - (ticks[i]?.time ?? 0));
  const steps = new Set(between.map((step) => step.toFixed(5)));
  expect(steps.size).toBe(1);
  for (const { time } of ticks) {
    expect(time).toBeGreaterThanOrEqual(span.from);
    expect(time).toBeLessThanOrEqual(span.to);
  }
});

test("a quarter of an hour has a label each three minutes at a desk", () => {
  const ticks = ticksOf({ from: NOON - 900, to: NOON }, 900, 130, 0);
  const labels = ticks.filter(({ label }) => label !== "");
  expect(labels.map(({ time }) => time - NOON)).toEqual([-900, -720, -540, -360, -180, 0]);
  expect(labels[0]?.label).toBe(clockText(NOON - 900, { seconds: false }));
});

test("parts of a second are told where they are apart", () => {
  const labels = ticksOf({ from: NOON, to: NOON + 0.2 }, 600, 130, 0).filter(({ label }) => label);
  expect(labels.map(({ label }) => label.slice(-4))).toEqual([
    ".000",
    ".050",
    ".100",
    ".150",
    ".200",
  ]);
});

test("hours are those of the reader's clock, also half an hour off", () => {
  const ticks = ticksOf({ from: NOON - 86400, to: NOON }, 600, 64, 5.5 * 3600);
  for (const { time } of ticks) expect((time + 5.5 * 3600) % 3600).toBe(0);
});
