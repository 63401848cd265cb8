import { beforeEach, expect, test } from "vitest";
import { Latest } from "../src/latest";
import { EVERYTHING } from "../src/state";
import { comparisonOf, growthPath, readGrowth } from "../src/time/growth";
import { readSeries, seriesPath } from "../src/time/series";
import { endpointKey } from "../src/things";
import { peer } from "./rows";

const RATE = { unit: "bits", size: "wire", period: "rate" } as const;

let asked: string[] = [];
let changes = 0;
let reply: (path: string) => Promise<unknown>;

function latest(every_ms = 60_000): Latest<string> {
  return new Latest({
    ask: (path) => {
      asked.push(path);
      return reply(path);
    },
    read: String,
    changed: () => {
      changes += 1;
    },
    every_ms,
  });
}

/** All promises have been kept by the next task. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  asked = [];
  changes = 0;
  reply = (path) => Promise.resolve(`about ${path}`);
});

test("a question is asked once, and its answer kept", async () => {
  const one = latest();
  expect(one.get("a", true)).toBeNull();
  await settled();
  expect(one.get("a", true)).toBe("about a");
  expect([asked, changes]).toEqual([["a"], 1]);
});

test("it is asked again when that is due, if the answer changes with time", async () => {
  const one = latest(0);
  one.get("a", true);
  await settled();
  one.get("a", false);
  expect(asked).toEqual(["a"]);
  one.get("a", true);
  expect(asked).toEqual(["a", "a"]);
});

test("an answer to an earlier question is dropped", async () => {
  const one = latest();
  one.get("a", true);
  expect(one.get("b", true)).toBeNull();
  await settled();
  expect(one.get("b", true)).toBeNull();
  await settled();
  expect(one.get("b", true)).toBe("about b");
});

test("without an answer what is known stays, and nobody is asked over and over", async () => {
  const one = latest();
  reply = () => Promise.reject(new Error("nobody answers"));
  one.get("a", true);
  await settled();
  expect(one.get("a", true)).toBeNull();
  expect([asked, changes]).toEqual([["a"], 1]);
});

test("no question is no request", () => {
  expect(latest().get(null, true)).toBeNull();
  expect(asked).toEqual([]);
});

test.each([
  [{}, null],
  [{ unit: "packets" }, null],
  [{ size: "inner" }, "by=peer&from=-900s&step=3&limit=12"],
  [{ grouping: "vni" }, "by=segment&from=-900s&step=3&limit=12"],
  [{ layer: "overlay", filter: "vni:1" }, "by=endpoint&from=-900s&step=3&limit=12&filter=vni%3A1"],
  [{ back_s: 86400 }, "by=peer&from=-86400s&step=288&limit=12"],
] as const)("the past of %o is asked for as %s", (choice, words) => {
  const path = seriesPath({ ...EVERYTHING, ...choice }, false);
  expect(path).toBe(words === null ? null : `api/v1/series?${words}`);
});

test("of a capture all of its time is asked for", () => {
  const path = seriesPath({ ...EVERYTHING, grouping: "vni", back_s: 3600 }, true);
  expect(path).toBe("api/v1/series?by=segment&limit=12");
});

test("a series has a column for each step, by the keys of the page", () => {
  const value = {
    ...{ times: [100, 105], elapsed_s: [5, 4.5], others: 3 },
    groups: [
      { encap: "vxlan", vni: 10, outer_src: peer(1), inner_src: "10.0.0.1" },
      { encap: "vxlan", vni: null, outer_src: "", inner_src: "" },
    ],
    packets: [
      ["1", "2"],
      ["3", "4"],
      ["5", "6"],
    ],
    bytes: [
      ["10", "20"],
      ["30", "40"],
      ["50", "60"],
    ],
    inner_bytes: [
      ["1", "2"],
      ["3", "4"],
      ["5", "6"],
    ],
  };
  const columns = readSeries(value, "api/v1/series?by=endpoint");
  expect(columns.map(({ time, interval_s }) => [time, interval_s])).toEqual([
    [100, 5],
    [105, 4.5],
  ]);
  const key = endpointKey(peer(1), "vxlan", 10, "10.0.0.1");
  expect(columns[1]?.counts.get(key)).toEqual({ packets: 2, bytes: 20, inner_bytes: 2 });
  expect(columns[1]?.counts.get("other")).toEqual({ packets: 10, bytes: 100, inner_bytes: 10 });
});

test("growth is asked for both brushes, and only then", () => {
  const [span, before] = [
    { from: 20, to: 30 },
    { from: 5, to: 15 },
  ];
  expect(growthPath({ ...EVERYTHING, span })).toBeNull();
  expect(growthPath({ ...EVERYTHING, span, before, filter: "vni:1" })).toBe(
    "api/v1/growth?by=conversation&limit=9&from=20&to=30&compare_from=5&compare_to=15&filter=vni%3A1",
  );
});

test("the parts of a growth are its whole, in the unit of the page", () => {
  const counts = (bytes: number): Record<string, string> => ({
    ...{ packets: "1", bytes: String(bytes), inner_bytes: String(bytes / 2) },
  });
  const flow = (host: number): Record<string, unknown> => ({
    ...{ encap: "vxlan", vni: 10, outer_src: peer(host), outer_dst: peer(9) },
    ...{ inner_src: `10.0.0.${String(host)}`, inner_dst: "10.0.0.9" },
  });
  const growth = readGrowth({
    now: { ...counts(10_000), elapsed_s: 10 },
    before: { ...counts(8000), elapsed_s: 20 },
    rows: [
      { ...flow(1), ...counts(1000), before: counts(4000) },
      { ...flow(2), ...counts(8000), before: counts(0) },
    ],
    other: { rows: 7, ...counts(1000), before: counts(4000) },
  });
  const { before, after, change, parts } = comparisonOf(growth, RATE);
  expect([before, after, change]).toEqual([3200, 8000, 4800]);
  expect(parts.map((part) => [part.row?.outer_src ?? part.key, part.change])).toEqual([
    [peer(2), 6400],
    [peer(1), -800],
    ["other", -800],
  ]);
  expect(parts.reduce((sum, part) => sum + part.change, 0)).toBe(change);
  expect(comparisonOf(growth, { ...RATE, size: "inner" }).change).toBe(2400);
});
