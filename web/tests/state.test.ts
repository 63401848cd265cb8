import { describe, expect, test } from "vitest";
import { EVERYTHING, readLink, showsVni, up, writeLink, type Selection } from "../src/state";

const chosen: Selection = {
  view: "table",
  peer: "172.16.1.108",
  vni: 10001,
  window: "total",
  unit: "packets",
  paused: true,
};

test("the first screen has no fragment", () => {
  expect(writeLink(EVERYTHING)).toBe("");
  expect(readLink("")).toEqual(EVERYTHING);
});

test("a link is versioned and readable", () => {
  expect(writeLink(chosen)).toBe(
    "#v=1&view=table&peer=172.16.1.108&vni=10001&window=total&unit=packets&paused=1",
  );
  expect(writeLink({ ...EVERYTHING, peer: "2001:db8::5" })).toBe("#v=1&peer=2001:db8::5");
});

test.each([EVERYTHING, chosen, { ...EVERYTHING, peer: "2001:db8::5", vni: "none" } as const])(
  "a link brings back what was chosen",
  (selection) => {
    expect(readLink(writeLink(selection))).toEqual(selection);
  },
);

describe("a link that this page cannot read", () => {
  test.each(["#v=2&peer=172.16.1.108", "#peer=172.16.1.108", "#%%%", "#v=1"])(
    "%s: everything",
    (link) => {
      expect(readLink(link)).toEqual(EVERYTHING);
    },
  );

  test.each(["#v=1&peer=%3Cscript%3E", "#v=1&vni=ten", "#v=1&window=week", "#v=1&vni=-1"])(
    "%s: that word counts as not chosen",
    (link) => {
      expect(readLink(link)).toEqual(EVERYTHING);
    },
  );
});

test("up leaves the peer first, then the network", () => {
  const peerLess = up(chosen);
  expect(peerLess).toEqual({ ...chosen, peer: null });
  expect(up(peerLess)).toEqual({ ...chosen, peer: null, vni: null });
});

test("which rows a choice of network shows", () => {
  expect([showsVni(null, 5), showsVni(null, null)]).toEqual([true, true]);
  expect([showsVni(5, 5), showsVni(5, 6), showsVni(5, null)]).toEqual([true, false, false]);
  expect([showsVni("none", null), showsVni("none", 0)]).toEqual([true, false]);
});
