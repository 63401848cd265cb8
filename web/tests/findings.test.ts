import { expect, test } from "vitest";
import { concernedBy, concerning, concernWords } from "../src/findings/concerned";
import { pathFor, readCourse, shareOf } from "../src/findings/course";
import {
  foundBy,
  NOTHING_FOUND,
  pressing,
  toldOf,
  worstOf,
  type Told,
} from "../src/findings/found";
import { placeOf } from "../src/findings/place";
import { readReport, type Finding } from "../src/findings/report";
import { copyText } from "../src/findings/text";
import {
  checksText,
  countsText,
  evidenceFact,
  gist,
  quietText,
  whenText,
  whereLines,
} from "../src/findings/words";
import { THIN } from "../src/format";
import { endpointKey, networkKey, OTHER, pairKey, thingsOf } from "../src/things";
import { flow, kept, peer, peersOf, endpointsOf, tunnel } from "./rows";

const NOW = new Date(2026, 10, 17, 14, 3).getTime() / 1000;
const MINUTE = 60;
const wire = ({ bytes }: { bytes: number }): number => bytes;

/** The example of docs/reference/api.md, five minutes old. */
function finding(changes: Partial<Finding> = {}): Finding {
  return {
    id: "3f2a9c41d07b",
    name: "vni-mismatch",
    title: "Different VNIs for one network",
    state: "open",
    severity: "high",
    confidence: "high",
    muted: false,
    encap: "vxlan",
    vni: 10001,
    peers: [peer(1), peer(0)],
    between: true,
    endpoints: ["192.168.1.2", "192.168.1.1"],
    example: false,
    members: 1,
    opened: NOW - 5 * MINUTE,
    last: NOW,
    closed: null,
    times: 1,
    explanation: "172.16.1.101 sends VNI 10700. All of it is dropped on arrival.",
    evidence: new Map<string, number | string>([["packets", 5]]),
    next: "ip -d link show type vxlan",
    ...changes,
  };
}

const CHECKS = ["mtu", "hog", "rogue"].map((name) => ({ name, title: name, open: 0 }));

function found(...rows: Finding[]): ReturnType<typeof foundBy> {
  return foundBy({ time: NOW, number: 1, rows, checks: CHECKS }, new Map());
}

function told(changes: Partial<Told> = {}): Told {
  return { ...finding(changes), quietUntil: null, ...changes };
}

test("a reply is read as documented, and refused by the member that is not", () => {
  const reply = {
    time: NOW,
    number: 7,
    rows: [{ ...finding(), evidence: { packets: 5, devices: ["vxlan10000"], rule: "dscp" } }],
    checks: CHECKS,
  };
  const { number, rows } = readReport(reply);
  expect(number).toBe(7);
  expect([...(rows[0]?.evidence ?? [])]).toEqual([
    ["packets", 5],
    ["devices", ["vxlan10000"]],
    ["rule", "dscp"],
  ]);
  const broken = { ...reply, rows: [{ ...finding(), evidence: {}, state: "ajar" }] };
  expect(() => readReport(broken)).toThrow("rows[0].state");
});

test("what wants to be looked at stands first, then what is muted, then what is over", () => {
  const rows = [
    finding({ id: "over", state: "closed", closed: NOW - MINUTE }),
    finding({ id: "low", severity: "low" }),
    finding({ id: "quiet", muted: true }),
    finding({ id: "old", opened: NOW - 50 * MINUTE }),
    finding({ id: "hushed", name: "mtu" }),
    finding({ id: "new" }),
  ];
  const all = foundBy(
    { time: NOW, number: 1, rows, checks: [] },
    new Map([["hushed", NOW + MINUTE]]),
  );
  expect(all.rows.map(({ id }) => id)).toEqual(["new", "old", "low", "quiet", "hushed", "over"]);
  expect(pressing(all).map(({ id }) => id)).toEqual(["new", "old", "low"]);
  expect(worstOf(pressing(all))).toBe("high");
  expect(countsText(all.rows)).toBe("3 open, 2 muted, 1 closed");
});

test("the one that is talked about is the chosen one, or the first", () => {
  const all = found(finding({ id: "a" }), finding({ id: "b", severity: "low" }));
  expect(toldOf(all, null)?.id).toBe("a");
  expect(toldOf(all, "b")?.id).toBe("b");
  expect(toldOf(all, "gone")).toBeNull();
});

test("arcs are marked that a finding is about, and no others", () => {
  const rim = peersOf(kept([tunnel(0, 1, 2000, 10001), tunnel(0, 2, 1000, 10001)]));
  const concerned = concernedBy(found(finding()), rim.places);
  expect([...concerned.keys()].sort()).toEqual([peer(0), peer(1)]);
  expect(concernWords(concerned.get(peer(1)))).toBe(
    "; open finding: Different VNIs for one network",
  );
  expect(concernWords(concerned.get(peer(2)))).toBe("");
});

test("what is at no arc of its own is at the other arc", () => {
  const rim = peersOf(kept([tunnel(0, 1, 5000), tunnel(0, 2, 1000), tunnel(0, 3, 900)]), {
    top: 2,
  });
  expect(rim.places.map(({ key }) => key)).toContain(OTHER);
  const one = found(finding({ peers: [peer(3)] }));
  expect([...concernedBy(one, rim.places).keys()]).toEqual([OTHER]);
});

test("an endpoint is marked in its own network only", () => {
  const rows = kept([flow(0, 1, 2000, 1), flow(0, 1, 1000, 0)]);
  const rim = peersOf(kept([tunnel(0, 1, 3000, 10001)]));
  const { places } = endpointsOf(rim, rows, wire);
  const concerned = concernedBy(found(finding()), places);
  expect([...concerned.keys()].sort()).toEqual([
    endpointKey(peer(0), "vxlan", 10001, "192.168.1.1"),
    endpointKey(peer(1), "vxlan", 10001, "192.168.1.2"),
  ]);
});

test("boxes that stand in for many are marked only for who stands nowhere else", () => {
  const node = { vni: null, key: OTHER, kind: "other", peer: "", address: "" } as const;
  const endpoint = {
    ...node,
    key: "e",
    kind: "endpoint",
    peer: peer(1),
    address: "10.0.0.9",
  } as const;
  const one = found(finding({ peers: [peer(1)], endpoints: [] }));
  expect([...concernedBy(one, [endpoint, node]).keys()]).toEqual([]);
  expect([...concernedBy(one, [node]).keys()]).toEqual([OTHER]);
});

test("what is muted, or over, marks nothing", () => {
  const { places } = peersOf(kept([tunnel(0, 1, 2000, 10001)]));
  const all = found(finding({ muted: true }), finding({ state: "closed", closed: NOW }));
  expect(concernedBy(all, places).size).toBe(0);
});

test("what is chosen has its own findings", () => {
  const all = found(finding());
  expect(concerning(all, thingsOf(peer(1)))).toHaveLength(1);
  expect(concerning(all, thingsOf(peer(2)))).toHaveLength(0);
  expect(concerning(all, thingsOf(networkKey(10001)))).toHaveLength(1);
  expect(concerning(all, thingsOf(networkKey(10002)))).toHaveLength(0);
});

test("it is shown at its tunnel, at its peer, or at its network", () => {
  expect(placeOf(finding())).toMatchObject({
    view: "chord",
    filter: "vni:10001",
    chosen: pairKey(peer(0), peer(1)),
  });
  expect(placeOf(finding({ peers: [peer(4)], between: false, vni: null }))).toMatchObject({
    filter: "",
    chosen: peer(4),
  });
  expect(placeOf(finding({ peers: [], between: false }))).toMatchObject({
    grouping: "vni",
    chosen: networkKey(10001),
  });
});

test("peers that stand by themselves are no tunnel", () => {
  const apart = { peers: [peer(1), peer(2), peer(3)], between: false };
  const duplicate = finding({ ...apart, endpoints: ["192.168.1.2"] });
  expect(whereLines(told(duplicate))).toEqual([peer(1), peer(2), "1 more", "VNI 10001"]);
  expect(placeOf(duplicate)).toMatchObject({
    filter: "vni:10001 endpoint:192.168.1.2",
    chosen: null,
  });
  const filterOf = (one: Finding): string | null =>
    new URLSearchParams(pathFor(one, NOW).split("?")[1]).get("filter");
  expect(filterOf(duplicate)).toBe("endpoint:192.168.1.2 vni:10001");
  for (const local of [{ endpoints: [] }, { example: true }]) {
    const one = finding({ ...apart, ...local });
    expect(placeOf(one)).toMatchObject({ grouping: "vni", chosen: networkKey(10001) });
    expect(filterOf(one)).toBe("vni:10001");
  }
});

test("of two chosen peers only what is between them is told", () => {
  const all = found(finding());
  expect(concerning(all, thingsOf(pairKey(peer(0), peer(1))))).toHaveLength(1);
  expect(concerning(all, thingsOf(pairKey(peer(0), peer(2))))).toHaveLength(0);
});

test("its course begins before it, and follows it until now", () => {
  const path = pathFor(finding(), NOW);
  const words = new URLSearchParams(path.split("?")[1]);
  expect(Number(words.get("from"))).toBe(NOW - 6 * MINUTE);
  expect(Number(words.get("to"))).toBe(NOW);
  expect(words.get("step")).toBe("3");
  expect(words.get("filter")).toBe(`peer:${peer(1)} peer:${peer(0)} vni:10001`);
  const closed = pathFor(finding({ peers: [], between: false, closed: NOW - 3 * MINUTE }), NOW);
  const after = new URLSearchParams(closed.split("?")[1]);
  expect(Number(after.get("to"))).toBe(NOW - 2 * MINUTE);
  expect(after.get("filter")).toBe("endpoint:192.168.1.2 endpoint:192.168.1.1 vni:10001");
});

test("a course is all groups, in bits a second", () => {
  const course = readCourse({
    times: [10, 20, 40],
    elapsed_s: [10, 10, 20],
    bytes: [
      ["100", "0", "500"],
      ["25", "0", "0"],
    ],
  });
  expect(course.rates).toEqual([100, 0, 200]);
});

test("a moment stands where its step is, however long the steps are", () => {
  const course = { times: [10, 20, 40], rates: [0, 0, 0] };
  expect([5, 10, 15, 20, 30, 40, 99].map((time) => shareOf(time, course))).toEqual([
    0, 0, 0.25, 0.5, 0.75, 1, 1,
  ]);
  expect(shareOf(5, { times: [], rates: [] })).toBe(0);
});

test.each([
  [{}, "13:58, 5 min"],
  [{ opened: NOW - 12 }, `14:02, 12 s`],
  [{ opened: NOW - 3 * 86_400 }, "14 Nov 2026, 14:03, 3 d"],
  [{ quietUntil: NOW + 3600 }, "muted until 15:03"],
  [{ quietUntil: Infinity }, "muted"],
  [{ state: "closed", closed: NOW - MINUTE } as const, "closed 14:02"],
  [{ state: "event", closed: null } as const, "happened 13:58"],
])("when: %j", (changes, text) => {
  expect(whenText(told(changes), NOW).replaceAll(THIN, " ")).toBe(text);
});

test("where: both ends, one end, or the network", () => {
  expect(whereLines(told())).toEqual([`${peer(1)} →`, peer(0), "VNI 10001"]);
  expect(whereLines(told({ peers: [peer(4)], between: false, members: 6 }))).toEqual([
    peer(4),
    "VNI 10001",
    "6 alike",
  ]);
  expect(whereLines(told({ peers: [], between: false, endpoints: [], vni: null }))).toEqual([
    "vxlan",
  ]);
});

test("the gist is the first sentence, which dots in addresses do not end", () => {
  expect(gist(told())).toBe("172.16.1.101 sends VNI 10700.");
  expect(gist(told({ explanation: "No end" }))).toBe("No end");
});

test.each([
  ["outer_packet_bytes", 1550, "Outer packet: 1 550 B"],
  ["packets_per_s", 412.256, "Rate: 412.26 pps"],
  ["share_of_growth", 0.953, "Share of growth: 95.3 %"],
  ["ttl_before", 64, "TTL before: 64"],
  ["vni_here", 10000, "VNI here: 10000"],
  ["interval_s", 1.5, "Interval: 1.5 s"],
  ["devices", ["vxlan10000", "vxlan10001"], "Devices: vxlan10000, vxlan10001"],
  ["quirks", [], "Quirks: –"],
])("evidence has its unit: %s", (name, value, text) => {
  expect(evidenceFact(name, value).join(": ").replaceAll(THIN, " ")).toBe(text);
});

test("nothing found is good news, if somebody has looked", () => {
  const started = NOW - 22 * MINUTE;
  const words = (all: typeof NOTHING_FOUND): string =>
    quietText(all, started).replaceAll(THIN, " ");
  expect(words(found())).toBe(
    "Nothing is wrong, as far as can be seen from here: watching since 13:41, 22 min.",
  );
  expect(checksText(found())).toBe("3 checks running, 3 quiet: mtu, hog, rogue.");
  expect(words(found(finding()))).toBe("");
  expect(words(NOTHING_FOUND)).toBe("");
  expect(checksText(NOTHING_FOUND)).toBe("");
  const file = foundBy({ time: NOW, number: 0, rows: [], checks: [] }, new Map());
  expect(words(file)).toBe("");
  expect(checksText(file)).toBe("No checks are running: what is shown was not judged.");
});

test("a check that has found something is not quiet", () => {
  const all = found(finding({ name: "hog" }));
  expect(checksText(all)).toBe("3 checks running, 2 quiet: mtu, rogue.");
});

test("a copy says all of it", () => {
  expect(copyText(told({ opened: 1_763_800_000 })).split("\n")).toEqual([
    "Different VNIs for one network (vni-mismatch, high, high confidence)",
    "172.16.1.101 → 172.16.1.100 VNI 10001",
    "172.16.1.101 sends VNI 10700. All of it is dropped on arrival.",
    `  Packets: 5${THIN}pkt`,
    "since 2025-11-22T08:26:40.000Z",
    "next: ip -d link show type vxlan",
  ]);
});
