import { describe, expect, test } from "vitest";
import { isNewer, readLink, writeLink } from "../src/link";
import { down, EVERYTHING, isFiltered, up, type Selection } from "../src/state";

const chosen: Selection = {
  view: "table",
  layer: "overlay",
  grouping: "vni",
  top: 50,
  below: 100,
  filter: "vni:10001 outer:172.16.1.0/24 !peer:172.16.1.108",
  chosen: "172.16.1.106/vxlan:10001/192.168.1.7|172.16.1.102",
  twin: true,
  unit: "packets",
  size: "inner",
  period: "total",
  paused: true,
  rows: "tunnels",
  sort: "-packets",
  finding: "0a1b2c3d4e5f",
  back_s: 3600,
  span: { from: 1763800000, to: 1763800300.5 },
  before: { from: 1763799000, to: 1763799300 },
};

test("the first screen has no fragment", () => {
  expect(writeLink(EVERYTHING)).toBe("");
  expect(readLink("")).toEqual(EVERYTHING);
});

test("a link is versioned and readable", () => {
  expect(writeLink({ ...chosen, before: null, span: null })).toBe(
    "#v=2&view=table&layer=overlay&by=vni&top=50&below=100" +
      "&filter=vni:10001+outer:172.16.1.0/24+!peer:172.16.1.108" +
      "&chosen=172.16.1.106/vxlan:10001/192.168.1.7|172.16.1.102" +
      "&twin=1&unit=packets&size=inner&period=total&rows=tunnels&sort=-packets&finding=0a1b2c3d4e5f&paused=1&back=3600",
  );
  expect(writeLink({ ...EVERYTHING, chosen: "2001:db8::5" })).toBe("#v=2&chosen=2001:db8::5");
});

test.each([EVERYTHING, chosen, { ...EVERYTHING, filter: "rate>10M path:*gre*" }])(
  "a link brings back what was chosen",
  (selection) => {
    expect(readLink(writeLink(selection))).toEqual(selection);
  },
);

test("a link of the first version opens its peer and network", () => {
  expect(readLink("#v=1&view=table&peer=172.16.1.108&vni=none&window=total&unit=packets")).toEqual({
    ...EVERYTHING,
    view: "table",
    layer: "overlay",
    filter: "vni:none peer:172.16.1.108",
    period: "total",
    unit: "packets",
  });
  expect(readLink("#v=1&peer=%3Cscript%3E&vni=ten&window=week")).toEqual(EVERYTHING);
});

describe("a link that this page cannot read", () => {
  test.each(["#v=3&filter=vni:1", "#filter=vni:1", "#%%%", "#v=2"])("%s: everything", (link) => {
    expect(readLink(link)).toEqual(EVERYTHING);
  });

  test("only a later version is newer", () => {
    expect(["#v=3&filter=vni:1", "#v=10"].map(isNewer)).toEqual([true, true]);
    expect(["", "#v=2", "#v=1&view=table", "#filter=vni:1", "#v=", "#v=x"].some(isNewer)).toBe(
      false,
    );
  });

  test.each([
    "#v=2&chosen=%3Cscript%3E",
    "#v=2&view=pie",
    "#v=2&top=0",
    "#v=2&top=501",
    "#v=2&below=-1",
    "#v=2&span=20-10",
    "#v=2&span=now",
  ])("%s: that word counts as not chosen", (link) => {
    expect(readLink(link)).toEqual(EVERYTHING);
  });
});

describe("steps", () => {
  const start: Selection = { ...EVERYTHING, filter: "rate>10M" };

  test("down into a peer, an endpoint, a network, and up again", () => {
    const peer = down(start, "172.16.1.106");
    expect(peer).toMatchObject({ filter: "rate>10M peer:172.16.1.106", layer: "overlay" });
    const endpoint = down(peer, "172.16.1.106/vxlan:10002/192.168.2.7");
    expect(endpoint.filter).toBe("rate>10M peer:172.16.1.106 inner:192.168.2.7");
    expect(up(endpoint)).toEqual({ ...endpoint, layer: "underlay" });
    expect(up(up(endpoint))).toEqual({ ...peer, layer: "underlay" });
    expect(up(up(up(endpoint)))).toEqual(start);
    expect(up(start)).toEqual(start);
    expect(down(start, "vni:10002").filter).toBe("rate>10M vni:10002");
  });

  test("down into a ribbon: both of its ends", () => {
    expect(down(EVERYTHING, "172.16.1.100|172.16.1.106").filter).toBe(
      "peer:172.16.1.100 peer:172.16.1.106",
    );
  });

  test("other opens to those behind the biggest", () => {
    const other = down({ ...EVERYTHING, chosen: "other" }, "other");
    expect(other).toEqual({ ...EVERYTHING, below: 20 });
    expect(up(other)).toEqual(EVERYTHING);
  });

  test("up lets go of what is chosen first", () => {
    expect(up({ ...chosen, chosen: "172.16.1.106" }).chosen).toBeNull();
  });

  test("less than everything can be cleared", () => {
    expect(isFiltered(EVERYTHING)).toBe(false);
    expect(isFiltered({ ...EVERYTHING, filter: "vni:1" })).toBe(true);
    expect(isFiltered({ ...EVERYTHING, chosen: "other" })).toBe(true);
  });
});
