import { describe, expect, test } from "vitest";
import { readDrain, type Drain, type WindowName } from "../src/api/drain";
import { remember, tunnelKey, type Roster } from "../src/roster";
import { arrive, NOTHING, pause, resume, shown, waiting, type Hold } from "../src/snapshot";
import type { Tunnel } from "../src/api/drain";
import { ASKED, event, tunnel } from "./rows";

function drain(
  drains: number,
  window: WindowName = "last",
  state: "live" | "gone" = "live",
): Drain {
  const read = readDrain(event({ drains, window, time: 1_763_800_000 + drains }));
  return { ...read, status: { ...read.status, state } };
}

const number = (hold: Hold): number | undefined => shown(hold)?.drain.drains;

describe("what is shown", () => {
  test("the latest, while live", () => {
    const hold = arrive(arrive(NOTHING, drain(1), ASKED, false), drain(2), ASKED, false);
    expect([number(hold), waiting(hold)]).toEqual([2, 0]);
  });

  test("the one of the moment, while paused", () => {
    const first = arrive(NOTHING, drain(1), ASKED, false);
    const later = arrive(arrive(pause(first), drain(2), ASKED, true), drain(4), ASKED, true);
    expect(shown(later)).toBe(shown(first));
    expect(waiting(later)).toBe(3);
    expect(number(resume(later))).toBe(4);
  });

  test("the first to arrive, in a page opened paused", () => {
    const hold = arrive(arrive(NOTHING, drain(7), ASKED, true), drain(8), ASKED, true);
    expect([number(hold), waiting(hold)]).toEqual([7, 1]);
  });

  test("the first of another window, where the link asks for that", () => {
    const held = pause(arrive(NOTHING, drain(1), ASKED, false));
    expect(number(arrive(held, drain(2, "total"), { ...ASKED, window: "total" }, true))).toBe(2);
  });

  test("the last before the interface was gone", () => {
    const live = arrive(NOTHING, drain(5), ASKED, false);
    const gone = arrive(
      arrive(live, drain(6, "last", "gone"), ASKED, false),
      drain(7, "last", "gone"),
      ASKED,
      false,
    );
    expect(number(gone)).toBe(5);
    expect(number(resume(gone))).toBe(5);
    expect(number(arrive(gone, drain(8), ASKED, false))).toBe(8);
  });

  test("the empty one, in a page opened after that", () => {
    expect(number(arrive(NOTHING, drain(9, "last", "gone"), ASKED, false))).toBe(9);
  });
});

describe("who keeps a place", () => {
  const bytesOf = (roster: Roster<Tunnel>): number[] =>
    [...roster.values()].map(({ row }) => row.bytes);

  test("who falls silent, with zeros, for about a minute", () => {
    let roster = remember<Tunnel>(new Map(), [tunnel(0, 1, 604), tunnel(0, 2, 604)], tunnelKey, 0);
    roster = remember(roster, [tunnel(0, 1, 604)], tunnelKey, 1);
    expect(bytesOf(roster)).toEqual([604, 0]);
    expect(remember(roster, [], tunnelKey, 30).size).toBe(2);
    expect(remember(roster, [], tunnelKey, 90).size).toBe(0);
  });

  test("weights decay, so that the biggest are those of the last seconds", () => {
    let roster = remember<Tunnel>(new Map(), [tunnel(0, 1, 1000)], tunnelKey, 0);
    for (let second = 0; second < 20; second++)
      roster = remember(roster, [tunnel(0, 2, 500)], tunnelKey, 1);
    const weights = [...roster.values()].map(({ weight }) => weight);
    expect(weights[0]).toBeCloseTo(1000 * 0.9 ** 20, 6);
    expect(weights[1]).toBeGreaterThan(4000);
  });

  test("flows of another peer are forgotten with that peer", () => {
    const before = arrive(NOTHING, drain(1), ASKED, false);
    const opened = arrive(
      before,
      { ...drain(2), flows: [] },
      { ...ASKED, peer: "172.16.1.100" },
      false,
    );
    expect([before.latest?.flows.size, opened.latest?.flows.size]).toEqual([1, 0]);
    expect(opened.latest?.tunnels.size).toBe(1);
  });

  test("totals need no memory", () => {
    const before = arrive(NOTHING, drain(1), ASKED, false);
    const total = arrive(
      before,
      { ...drain(2, "total"), tunnels: [] },
      { ...ASKED, window: "total" },
      false,
    );
    expect(total.latest?.tunnels.size).toBe(0);
  });
});
