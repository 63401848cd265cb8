import { describe, expect, test } from "vitest";
import { readDrain } from "../src/api/drain";
import { sumText } from "../src/crumbs";
import { layOut } from "../src/layout";
import { shownFacts } from "../src/left";
import { sent } from "../src/matrix";
import { rankingsOf } from "../src/right/lists";
import { pairOf, pairTwin, sumOf } from "../src/pairs";
import { arrive, NOTHING, shown, type Snapshot } from "../src/snapshot";
import { EVERYTHING, type Selection } from "../src/state";
import { subjectOf, type Subject } from "../src/subject";
import { trafficOf, type Traffic } from "../src/traffic";
import { arcWords, nameOf, ribbonWords, sentence } from "../src/words";
import { ASKED, event, flow, peer, tunnel } from "./rows";

const drain = {
  ...readDrain(event({ elapsed_s: 2 })),
  tunnels: [tunnel(0, 1, 1000), tunnel(1, 0, 500), tunnel(0, 2, 250, 10001)],
  flows: [flow(0, 1, 1000), flow(1, 0, 400), flow(0, 2, 250, 1)],
  other_tunnels: { packets: 1, bytes: 125, inner_bytes: 75 },
};

function snapshot(rows = drain, asked = ASKED): Snapshot {
  const found = shown(arrive(NOTHING, rows, asked, false));
  if (!found) throw new Error("nothing shown");
  return found;
}

const traffic = (change: Partial<Selection> = {}, rows = drain): Traffic =>
  trafficOf(snapshot(rows), { ...EVERYTHING, ...change });
const plain = (text: string): string => text.replaceAll("\u2009", " ");
const addresses = (places: readonly { readonly address: string }[]): string[] =>
  places.map(({ address }) => address);
const total = (matrix: Traffic["rim"]): number => sent(matrix).reduce((sum, one) => sum + one, 0);

describe("traffic", () => {
  test("has rates over the window, and what the reply left out", () => {
    const all = traffic();
    expect(all.total).toBe(((1000 + 500 + 250 + 125) * 8) / 2);
    expect(total(all.rim)).toBe(all.total);
    expect(total(all.inside)).toBe(all.total);
    expect(all.opened.size).toBe(0);
  });

  test("without inner addresses is in the circle, and no endpoint", () => {
    const nameless = { ...flow(0, 1, 100), inner_src: "", inner_dst: "" };
    const selection = { ...EVERYTHING, layer: "overlay" } as const;
    const all = traffic(selection, { ...drain, flows: [...drain.flows, nameless] });
    expect(addresses(all.inside.places)).toContain("");
    expect(shownFacts(all, selection)).toContainEqual({ name: "Endpoints", value: "4 of 4" });
  });

  test("inside the tunnels is less", () => {
    expect(traffic({ size: "inner" }).total).toBe(((950 + 450 + 200 + 75) * 8) / 2);
  });

  test("of one network has its rows alone", () => {
    const one = traffic({ filter: "vni:10001" });
    expect(one.total).toBe(1000);
    expect(addresses(one.rim.places)).toEqual([peer(0), peer(2)]);
  });

  test("the chosen peer is opened at its place; the sum is the same", () => {
    const one = traffic({ chosen: peer(1) });
    expect([...one.opened]).toEqual([peer(1)]);
    expect(one.inside.places.map(({ key }) => key)).toEqual([
      peer(0),
      `${peer(1)}/vxlan:10000/192.168.0.2`,
      `${peer(1)}/other`,
      peer(2),
      "other",
    ]);
    expect(total(one.inside)).toBe(one.total);
    // 100 bytes of the tunnel back stand in no flow.
    expect(sumOf(one, `${peer(1)}/other`)?.sent).toBe(400);
  });

  test("what is added up inside an arc has the same numbers at the right as in the circle", () => {
    const others = `${peer(1)}/other`;
    const at = (chosen: string): Partial<Subject> =>
      subjectOf(traffic({ chosen }), { ...EVERYTHING, chosen });
    expect(at(others)).toMatchObject({ sent: 400, received: 0, counts: null });
    // Both ends of a pair are opened: what peer 0 gets stands in its own others.
    expect(at(`${others}|${peer(0)}`)).toMatchObject({ sent: 400, received: 0 });
    expect(at(`${peer(0)}|${others}`)).toMatchObject({ sent: 0, received: 400 });
    expect(at(`${others}|${others}`)).toMatchObject({ sent: 0, received: 0 });
    // All of the other arc is told.
    expect(at(`${peer(2)}/other`)).toMatchObject({ sent: 0, received: 0 });
    expect(at(peer(1))).toMatchObject({ sent: 2000, received: 4000 });
  });

  test("of the overlay has all endpoints, behind their peers, in their order", () => {
    const all = traffic({ layer: "overlay" });
    expect(all.inside.places.map(({ rim }) => rim)).toEqual([
      ...Array<string>(3).fill(peer(0)),
      ...Array<string>(2).fill(peer(1)),
      peer(2),
      "other",
    ]);
    expect(total(all.inside)).toBe(all.total);
  });

  test("grouped by network has networks on the rim, and peers inside them", () => {
    const all = traffic({ grouping: "vni" });
    expect(all.rim.places.map(({ key }) => key)).toEqual(["vni:10000", "vni:10001", "other"]);
    expect(all.inside.places.map(({ key }) => key)).toEqual([
      `${peer(0)}/vxlan:10000`,
      `${peer(1)}/vxlan:10000`,
      `${peer(0)}/vxlan:10001`,
      `${peer(2)}/vxlan:10001`,
      "other",
    ]);
    expect(total(all.inside)).toBe(all.total);
    const inner = traffic({ grouping: "vni", layer: "overlay" });
    expect(inner.inside.places.map(({ key }) => key)).toContain("vni:10000/other");
    expect(total(inner.inside)).toBe(all.total);
  });

  test("below the biggest has only what has to do with the others", () => {
    const tunnels = [tunnel(0, 1, 9000), tunnel(0, 2, 500), tunnel(3, 4, 70)];
    const rows = { ...drain, tunnels, flows: [] };
    const below = traffic({ top: 2, below: 2 }, rows);
    expect(below.rim.places.map(({ key }) => key)).toEqual([peer(2), peer(3), peer(4), "first"]);
    expect(below.total).toBe((570 * 8) / 2);
    expect(total(below.rim)).toBe(below.total);
  });

  test("of a peer without traffic is that peer alone", () => {
    const nobody = traffic({ filter: "peer:10.9.9.9" });
    expect(addresses(nobody.rim.places)).toEqual(["10.9.9.9"]);
    expect(nobody.total).toBe(0);
  });

  test("counts what has no addresses, without calling it somebody", () => {
    const nameless = {
      ...tunnel(0, 1, 75),
      encap: "none",
      vni: null,
      outer_src: "",
      outer_dst: "",
    };
    const seen = traffic({}, { ...drain, tunnels: [...drain.tunnels, nameless] });
    expect(seen.total).toBe(traffic().total + 300);
    expect(seen.rim.places.map(({ key }) => key)).not.toContain("");
  });

  test("adds up multicast groups in one calm place", () => {
    const flooded = [1, 2].map((n) => ({ ...tunnel(0, 1, 92), outer_dst: `239.1.1.${String(n)}` }));
    const seen = traffic({ filter: "vni:10000" }, { ...drain, tunnels: flooded });
    expect(seen.rim.places.map(({ kind, merged }) => [kind, merged])).toEqual([
      ["peer", 1],
      ["groups", 2],
    ]);
    expect(plain(sumText(seen))).toBe("1 peer, 2 groups · 736 b/s");
  });

  test("says its sum", () => {
    expect(plain(sumText(traffic()))).toBe("3 peers 7.00 kb/s + other 500 b/s = 7.50 kb/s");
    expect(plain(sumText(traffic({ filter: "vni:10001" })))).toBe("2 peers · 1.00 kb/s");
  });
});

describe("lists", () => {
  const everything = traffic();
  const lists = (change: Partial<Selection>) => {
    const own = traffic(change);
    return rankingsOf(own, subjectOf(own, { ...EVERYTHING, ...change }));
  };

  test("have who sends most first", () => {
    const [peers, flows] = rankingsOf(everything, subjectOf(everything, EVERYTHING));
    expect(peers?.rows).toMatchObject([
      { key: peer(0), sent: 5000, received: 2000 },
      { key: peer(1), sent: 2000 },
      { key: peer(2), sent: 0 },
    ]);
    expect(flows?.rows).toMatchObject([
      { from: "192.168.0.1", to: "192.168.0.2", amount: 4000 },
      { amount: 1600 },
      { vni: 10001, amount: 1000 },
    ]);
  });

  test("of a peer have its partners and the endpoints behind it", () => {
    const [partners, behind] = lists({ chosen: peer(1) });
    expect(partners?.rows).toMatchObject([{ key: peer(0), sent: 2000, received: 4000 }]);
    expect(behind?.rows).toMatchObject([
      { address: "192.168.0.2", vni: 10000, sent: 1600, received: 4000 },
    ]);
  });

  test("of an endpoint have the endpoints it talks to", () => {
    const [partners] = lists({ chosen: `${peer(1)}/vxlan:10000/192.168.0.2` });
    expect(partners?.rows).toMatchObject([
      { address: "192.168.0.1", peer: peer(0), sent: 1600, received: 4000 },
    ]);
  });

  test("of a network have who is in it, of a pair its flows, of other its peers", () => {
    expect(lists({ filter: "vni:10001" })[0]?.rows.map(({ key }) => key)).toEqual([
      peer(0),
      peer(2),
    ]);
    expect(lists({ chosen: `${peer(0)}|${peer(1)}` })).toMatchObject([
      { kind: "flows", rows: [{ amount: 4000 }, { amount: 1600 }] },
    ]);
    expect(lists({ top: 1, chosen: "other" })[0]?.rows.map(({ key }) => key)).toEqual([
      peer(1),
      peer(2),
    ]);
  });

  test("the twin of the circle has every pair, biggest first", () => {
    const { rows, columns } = pairTwin(traffic());
    expect(columns.at(-1)).toEqual({ name: "Sent", unit: "bits_per_s" });
    expect(rows.map((row) => row.at(-1))).toEqual([4000, 2000, 1000, 500]);
  });
});

describe("sentences", () => {
  const measure = { unit: "bits", size: "wire", period: "rate" } as const;
  const all = traffic();
  const ribbon = (a: number, b: number) => pairOf(all, `${peer(a)}|${peer(b)}`);

  test("begin with who sends more", () => {
    const both = ribbon(0, 1);
    expect(both && plain(sentence(ribbonWords(both, measure)))).toBe(
      "172.16.1.100 sends 4.00 kb/s to 172.16.1.101, which sends 2.00 kb/s back",
    );
  });

  test("say when nothing comes back, and what is past", () => {
    const one = ribbon(0, 2);
    expect(one && plain(sentence(ribbonWords(one, measure)))).toBe(
      "172.16.1.100 sends 1.00 kb/s to 172.16.1.102, which sends nothing back",
    );
    const past = { ...measure, period: "total" } as const;
    expect(one && sentence(ribbonWords(one, past))).toContain("172.16.1.100 sent 1.00");
  });

  test("name what is added up", () => {
    const layout = layOut(all.rim, { gap: 0.03, least: 0.02 });
    const other = layout.arcs.at(-1);
    expect(other && nameOf(other.place)).toBe("other traffic");
    expect(other && plain(sentence(arcWords(other, measure)))).toBe(
      "other traffic sends 500 b/s and receives 500 b/s",
    );
    const loop = layout.ribbons.find(({ key }) => key === "other|other");
    expect(loop && plain(sentence(ribbonWords(loop, measure)))).toBe(
      "other traffic sends 500 b/s among themselves",
    );
    const [few] = layOut(traffic({ top: 1 }).rim, { gap: 0.03, least: 0.02 }).arcs.slice(-1);
    expect(few && sentence(arcWords(few, measure))).toMatch(/^2 other peers send .* and receive /);
  });
});
