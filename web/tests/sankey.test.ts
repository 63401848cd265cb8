import { describe, expect, test } from "vitest";
import { amountIn } from "../src/amounts";
import { bandPath, layBands, type Band, type Box } from "../src/sankey/bands";
import { networkOf, type Network } from "../src/sankey/network";
import { passagesOf, totalOf, touches, type Passage } from "../src/sankey/passages";
import { EVERYTHING } from "../src/state";
import { endpointKey, networkKey, partKey } from "../src/things";
import { flow, kept, peer, tunnel } from "./rows";

const ROOM = { senders: 20, networks: 10, receivers: 20 };
const SPACING = { gaps: { senders: 6, networks: 22, receivers: 4 }, pitch: 14 };
const bytes = amountIn({ unit: "bits", size: "wire", period: "total" }, 1);

/** Endpoint n+1 of network s is on host n, as in the lab. */
function endpoint(host: number, s: number): string {
  return endpointKey(peer(host), "vxlan", 10000 + s, `192.168.${String(s)}.${String(host + 1)}`);
}

function passage(from: number, s: number, to: number | null, value: number): Passage {
  return {
    sender: peer(from),
    vni: 10000 + s,
    receiver: to === null ? null : endpoint(to, s),
    value,
    weight: value,
    row: to === null ? tunnel(from, 0, value, 10000 + s) : flow(from, to, value, s),
  };
}

const PASSAGES = [
  passage(0, 0, 1, 40),
  passage(0, 1, 2, 5),
  passage(1, 0, 0, 10),
  passage(1, 0, 1, 3),
  passage(2, 1, null, 7),
];

const total = (things: readonly { readonly value: number }[]): number =>
  things.reduce((sum, { value }) => sum + value, 0);

describe("passages", () => {
  const flows = [flow(0, 1, 4000), flow(1, 0, 1000), flow(2, 0, 500, 1)];
  const tunnels = [tunnel(0, 1, 5000), tunnel(1, 0, 1000), tunnel(2, 0, 500, 10001)];
  const ends = ({ outer_src, outer_dst }: { outer_src: string; outer_dst: string }) =>
    [outer_src === peer(2) ? "other" : outer_src, outer_dst] as const;
  const traffic = {
    kept: { tunnels: kept(tunnels), flows: kept(flows) },
    amount: bytes,
    ends,
    rest: 9,
  };

  test("are all there is: flows, what they do not tell, what stands in no row", () => {
    const passages = passagesOf(traffic, EVERYTHING);
    expect(totalOf(passages)).toBe(6509);
    expect(passages.map(({ sender, receiver, value }) => [sender, receiver, value])).toEqual([
      [peer(0), endpoint(1, 0), 4000],
      [peer(1), endpoint(0, 0), 1000],
      ["other", endpoint(0, 1), 500],
      [peer(0), null, 1000],
      ["other", null, 9],
    ]);
  });

  test("in the overlay endpoints send, but not those behind what is added up", () => {
    const passages = passagesOf(traffic, { ...EVERYTHING, layer: "overlay" });
    expect(totalOf(passages)).toBe(6509);
    expect(passages.map(({ sender }) => sender)).toEqual([
      endpoint(0, 0),
      endpoint(1, 0),
      "other",
      "other",
      "other",
    ]);
  });

  test.each([
    [peer(1), [0, 2, 3]],
    [networkKey(10001), [1, 4]],
    [partKey(peer(0), "vxlan", 10000), [0, 2]],
    [endpoint(0, 0), [0, 2]],
    [`${peer(0)}|${peer(1)}`, [0, 2]],
    [`${peer(0)}|${endpoint(2, 1)}`, [1]],
    ["nonsense/", []],
  ])("%s is touched by some", (key, places) => {
    const isTouched = touches(key);
    expect(
      [...PASSAGES.keys()].filter((i) => isTouched(PASSAGES[i] ?? passage(0, 0, 0, 0))),
    ).toEqual(places);
  });
});

describe("the network", () => {
  const network = networkOf(PASSAGES, ROOM);

  test("each column and each set of strands is the whole", () => {
    const { senders, networks, receivers, into, out } = network;
    for (const part of [senders, networks, receivers, into, out]) expect(total(part)).toBe(65);
  });

  test("receivers stand by network, then address; what nothing tells is last", () => {
    expect(network.receivers.map(({ key }) => key)).toEqual([
      endpoint(0, 0),
      endpoint(1, 0),
      endpoint(2, 1),
      "other",
    ]);
    expect(network.receivers.map(({ value }) => value)).toEqual([10, 43, 5, 7]);
  });

  test("a strand belongs to one sender from end to end", () => {
    const own = network.out.filter(({ to }) => to === endpoint(1, 0));
    expect(own.map(({ sender, value }) => [sender, value])).toEqual([
      [peer(0), 40],
      [peer(1), 3],
    ]);
  });

  test("the marked flow has strands of its own", () => {
    const marked = PASSAGES[3];
    const { into, out } = networkOf(PASSAGES, ROOM, (one) => one === marked);
    expect(into.filter(({ isMarked }) => isMarked).map(({ value }) => value)).toEqual([3]);
    expect(out.filter(({ isMarked }) => isMarked).map(({ value }) => value)).toEqual([3]);
    expect(total(into)).toBe(65);
  });

  test("the smallest beyond the room are added up, and counted", () => {
    const many = Array.from({ length: 30 }, (_, i) => passage(0, 0, i, 100 - i));
    const crowded = networkOf([...many, passage(0, 0, null, 1)], { ...ROOM, receivers: 10 });
    expect(crowded.receivers.length).toBe(11);
    expect(crowded.receivers.at(-1)).toMatchObject({ kind: "other", merged: 20 });
    expect(total(crowded.receivers)).toBe(total(many) + 1);
  });

  test("one more is shown rather than added up alone", () => {
    const room = { ...ROOM, networks: 4 };
    const five = Array.from({ length: 5 }, (_, i) => passage(0, i, 0, 10));
    expect(networkOf(five, room).networks.length).toBe(5);
    const six = Array.from({ length: 6 }, (_, i) => passage(0, i, 0, 10));
    expect(networkOf(six, room).networks.map(({ vni, merged }) => [vni, merged])).toEqual([
      [10000, 1],
      [10001, 1],
      [10002, 1],
      [10003, 1],
      [null, 2],
    ]);
  });
});

describe("the bands", () => {
  const bands = layBands(networkOf(PASSAGES, ROOM), 50, 400, SPACING);

  test.each(["senders", "networks", "receivers"] as const)(
    "%s are to one scale, in order, apart, and inside",
    (name) => {
      const column: readonly Box[] = bands[name];
      column.forEach(({ node, y, height }, i) => {
        expect(height).toBeCloseTo(node.value * bands.scale, 6);
        expect(y).toBeGreaterThanOrEqual(50 - 1e-6);
        expect(y + height).toBeLessThanOrEqual(450 + 1e-6);
        const next = column[i + 1];
        if (next === undefined) return;
        expect(next.y).toBeGreaterThan(y + height);
        const apart = next.y + next.height / 2 - y - height / 2;
        expect(apart).toBeGreaterThanOrEqual(SPACING.pitch - 1e-6);
      });
    },
  );

  test("the strands of a node fill it without a gap, on both sides", () => {
    const ends = (list: readonly Band[], key: "left" | "right", of: string): number[] =>
      list
        .filter(({ strand }) => (key === "left" ? strand.from : strand.to) === of)
        .flatMap((band) => [band[key], band[key] + band.width])
        .sort((a, b) => a - b);
    for (const { node, y, height } of bands.networks) {
      for (const edges of [
        ends(bands.into, "right", node.key),
        ends(bands.out, "left", node.key),
      ]) {
        expect(edges.at(0)).toBeCloseTo(y, 6);
        expect(edges.at(-1)).toBeCloseTo(y + height, 6);
        for (let i = 1; i + 1 < edges.length; i += 2) {
          expect(edges[i]).toBeCloseTo(edges[i + 1] ?? NaN, 6);
        }
      }
    }
  });

  test("strands that leave one node do not cross", () => {
    const own = bands.into.filter(({ strand }) => strand.from === peer(0));
    const byStart = [...own].sort((a, b) => a.left - b.left);
    const byEnd = [...own].sort((a, b) => a.right - b.right);
    expect(byStart).toEqual(byEnd);
  });

  test("labels have room even where many send next to nothing", () => {
    const tiny = Array.from({ length: 25 }, (_, i) => passage(0, 0, i, i === 0 ? 1e9 : 1));
    const crowded = layBands(networkOf(tiny, { ...ROOM, receivers: 25 }), 0, 400, SPACING);
    const middles = crowded.receivers.map(({ y, height }) => y + height / 2);
    middles.slice(1).forEach((middle, i) => {
      expect(middle - (middles[i] ?? 0)).toBeGreaterThanOrEqual(SPACING.pitch - 1e-6);
    });
  });

  test("a network at rest has nodes and no bands", () => {
    const silent = PASSAGES.map((one) => ({ ...one, value: 0 }));
    const rest: Network = networkOf(silent, ROOM);
    const drawn = layBands(rest, 0, 300, SPACING);
    expect(drawn.into).toEqual([]);
    expect(drawn.senders.map(({ height }) => height)).toEqual([0, 0, 0]);
    for (const { y } of drawn.receivers) expect(Number.isFinite(y)).toBe(true);
  });

  test("thin bands stay visible", () => {
    const strand = {
      key: "",
      from: "",
      to: "",
      sender: "",
      value: 1,
      passages: [],
      isMarked: false,
    };
    const path = bandPath({ strand, left: 10, right: 20, width: 0.01 }, 0, 100);
    expect(path).toBe("M0,10C50,10 50,20 100,20v0.75C50,20.75 50,10.75 0,10.75Z");
  });
});
