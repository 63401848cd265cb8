import { beforeEach, describe, expect, test } from "vitest";
import { hold, lineAt } from "../src/table/held";
import { Pager, type Subject } from "../src/table/pager";
import { readRows, rowsPath } from "../src/table/remote";
import {
  endKey,
  grouped,
  ordered,
  orderText,
  readOrder,
  thingKey,
  type Row,
} from "../src/table/rows";
import type { Answer } from "../src/table/source";
import { endpointKey } from "../src/things";
import { flow, peer, tunnel } from "./rows";

const ORDER = { sort: "bytes", descending: true } as const;
const NONE = { packets: 0, bytes: 0, inner_bytes: 0 };
const COUNT = 1000;

/** What the server says of conversations `from` up to `from + limit`, the largest first. */
function reply(from: number, limit: number, count = COUNT): unknown {
  const rows = Array.from({ length: Math.max(0, Math.min(limit, count - from)) }, (_, i) => ({
    ...{ encap: "vxlan", vni: 10000, outer_src: peer(0), outer_dst: peer(1) },
    ...{ inner_src: `10.0.0.${String(from + i)}`, inner_dst: "10.9.9.9" },
    ...{ packets: "1", bytes: String(100_000 - from - i), inner_bytes: "0" },
  }));
  const other = { rows: count - rows.length, packets: "0", bytes: "0", inner_bytes: "0" };
  const all = { packets: "9", bytes: "9", inner_bytes: "9" };
  return { elapsed_s: 1, rows, other, all };
}

function subject(about: string): Subject {
  return {
    ...{ about, kind: "flows", order: ORDER, isLive: true },
    words: new URLSearchParams({ window: "last" }),
    local: ({ range }) => ({
      ...{ from: range.from, rows: [], count: 0, sum: NONE, all: NONE, elapsed_s: 1 },
    }),
  };
}

describe("the pager", () => {
  let asked: string[] = [];
  let answer: (path: string) => Promise<unknown>;
  let changes = 0;
  const pager = (): Pager =>
    new Pager({
      ask: (path) => {
        asked.push(path);
        return answer(path);
      },
      isTouched: () => false,
      changed: () => {
        changes += 1;
      },
    });
  const limits = (path: string): [number, number] => {
    const words = new URLSearchParams(path.split("?")[1]);
    return [Number(words.get("offset")), Number(words.get("limit"))];
  };
  /** All promises have been kept by the next task. */
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

  beforeEach(() => {
    asked = [];
    changes = 0;
    answer = (path) => Promise.resolve(reply(...limits(path)));
  });

  test("asks once for what is around the sight", async () => {
    const one = pager();
    one.follow(subject("a"), { from: 0, to: 40 });
    one.follow(subject("a"), { from: 0, to: 40 });
    await settled();
    expect(asked.map(limits)).toEqual([[0, 240]]);
    expect(one.held?.count).toBe(COUNT);
    expect(lineAt(one.held, 17)?.inner_src).toBe("10.0.0.17");
    expect(lineAt(one.held, 300)).toBeNull();
  });

  test("asks again when other lines are in sight, and not while one is on its way", async () => {
    const one = pager();
    one.follow(subject("a"), { from: 0, to: 40 });
    one.follow(subject("a"), { from: 500, to: 540 });
    one.follow(subject("a"), { from: 700, to: 740 });
    await settled();
    expect(asked.map(limits)).toEqual([
      [0, 240],
      [600, 240],
    ]);
  });

  test("an answer about something else is dropped", async () => {
    const one = pager();
    one.follow(subject("a"), { from: 0, to: 40 });
    one.follow(subject("b"), { from: 0, to: 40 });
    expect(one.held).toBeNull();
    await settled();
    expect(one.held?.about).toBe("b");
    expect(asked.length).toBe(2);
  });

  test("without a server the page's own lines are shown, and what is shown stays", async () => {
    answer = () => Promise.reject(new Error("nobody answers"));
    const one = pager();
    one.follow(subject("a"), { from: 0, to: 40 });
    await settled();
    expect(one.held?.count).toBe(0);
    expect(changes).toBe(1);
  });

  test("an answer that lacks lines is not asked for over and over", async () => {
    answer = (path) => Promise.resolve(reply(limits(path)[0], 10));
    const one = pager();
    one.follow(subject("a"), { from: 0, to: 40 });
    await settled();
    expect(asked.length).toBeLessThan(3);
  });
});

describe("an order that is held", () => {
  const line = (name: string, bytes: number): Row => ({
    ...flow(0, 1, bytes),
    inner_src: name,
  });
  const answered = (...rows: Row[]): Answer => ({
    ...{ from: 0, rows, count: rows.length, sum: NONE, all: NONE, elapsed_s: 1 },
  });
  const names = (rows: readonly Row[]): (string | null)[] => rows.map(({ inner_src }) => inner_src);

  test("stays for five seconds with new numbers, then is sorted anew", () => {
    const first = hold(null, answered(line("a", 5), line("b", 3)), "x", false, 0);
    const second = hold(first, answered(line("b", 9), line("a", 6)), "x", false, 1000);
    expect(names(second.rows)).toEqual(["a", "b"]);
    expect(second.rows.map(({ bytes }) => bytes)).toEqual([6, 9]);
    expect(
      names(hold(second, answered(line("b", 9), line("a", 6)), "x", false, 5000).rows),
    ).toEqual(["b", "a"]);
  });

  test("stays as long as it is touched, but not for another subject", () => {
    const first = hold(null, answered(line("a", 5), line("b", 3)), "x", true, 0);
    const next = answered(line("b", 9), line("a", 6));
    expect(names(hold(first, next, "x", true, 60_000).rows)).toEqual(["a", "b"]);
    expect(names(hold(first, next, "y", true, 1).rows)).toEqual(["b", "a"]);
  });

  test("keeps a line that the answer lacks", () => {
    const first = hold(null, answered(line("a", 5), line("b", 3)), "x", true, 0);
    expect(names(hold(first, answered(line("a", 6)), "x", true, 1000).rows)).toEqual(["a", "b"]);
  });
});

describe("lines", () => {
  test("are asked for by kind, order, place and subject", () => {
    const question = { kind: "tunnels", order: ORDER, range: { from: 240, to: 480 } } as const;
    const words = new URLSearchParams({ window: "last", filter: "vni:1 !peer:10.0.0.1" });
    expect(decodeURIComponent(rowsPath(question, words))).toBe(
      "api/v1/flows?by=tunnel&sort=-bytes&window=last&filter=vni:1+!peer:10.0.0.1" +
        "&offset=240&limit=240",
    );
  });

  test("have null for what is not told apart", () => {
    const value = {
      elapsed_s: 2,
      rows: [{ outer_src: peer(3), packets: "1", bytes: "2", inner_bytes: "1" }],
      other: { rows: 4, packets: "1", bytes: "1", inner_bytes: "1" },
      all: { packets: "9", bytes: "9", inner_bytes: "9" },
    };
    const question = { kind: "peers", order: ORDER, range: { from: 0, to: 1 } } as const;
    const { rows, count, sum } = readRows(value, question);
    expect(rows[0]).toMatchObject({ outer_src: peer(3), outer_dst: null, vni: null });
    expect(count).toBe(5);
    expect(sum).toEqual({ packets: 2, bytes: 3, inner_bytes: 2 });
  });

  test("add up by kind", () => {
    const flows = [flow(0, 1, 10), flow(0, 1, 5, 1), flow(2, 1, 7), flow(0, 3, 2)];
    const sums = (kind: "flows" | "tunnels" | "peers" | "networks"): number[] =>
      ordered(grouped(flows, kind), ORDER).map(({ bytes }) => bytes);
    expect(sums("flows")).toEqual([10, 7, 5, 2]);
    expect(sums("tunnels")).toEqual([10, 7, 5, 2]);
    expect(sums("peers")).toEqual([17, 7]);
    expect(sums("networks")).toEqual([19, 5]);
  });

  test("sort by numbers, and addresses as numbers", () => {
    const rows = grouped([flow(3, 1, 1), flow(20, 1, 3), flow(0, 1, 2)], "flows");
    const by = (text: string): (string | null)[] =>
      ordered(rows, readOrder(text) ?? ORDER).map(({ outer_src }) => outer_src);
    expect(by("outer_src")).toEqual([peer(0), peer(3), peer(20)]);
    expect(by("-outer_src")).toEqual([peer(20), peer(3), peer(0)]);
    expect(by("-bytes")).toEqual([peer(20), peer(0), peer(3)]);
    expect(readOrder("-colour")).toBeNull();
    expect(orderText(ORDER)).toBe("-bytes");
  });

  test("are pairs, or ends, for the whole page", () => {
    const [one] = grouped([flow(3, 1, 1)], "flows");
    const [two] = grouped([tunnel(3, 1, 1)], "tunnels");
    const [three] = grouped([tunnel(3, 1, 1)], "networks");
    if (!one || !two || !three) throw new Error("no lines");
    const end = (host: number): string =>
      endpointKey(peer(host), "vxlan", 10000, `192.168.0.${String(host + 1)}`);
    expect(thingKey(one)).toBe(`${end(1)}|${end(3)}`);
    expect(thingKey(two)).toBe(`${peer(1)}|${peer(3)}`);
    expect(thingKey(three)).toBe("vni:10000");
    expect(endKey(one, "src", true)).toBe(end(3));
    expect(endKey(one, "dst", false)).toBe(peer(1));
  });
});
