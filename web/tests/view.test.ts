import { describe, expect, test } from "vitest";
import { readDrain } from "../src/api";
import { sumText } from "../src/crumbs";
import { layOut } from "../src/layout";
import { arrive, NOTHING, shown, type Snapshot } from "../src/snapshot";
import { EVERYTHING, type Selection } from "../src/state";
import { exchangeOf, viewOf } from "../src/view";
import { nameOf, arcWords, ribbonWords, sentence } from "../src/words";
import { event, flow, peer, tunnel } from "./rows";

const drain = {
  ...readDrain(event({ elapsed_s: 2 })),
  tunnels: [tunnel(0, 1, 1000), tunnel(1, 0, 500), tunnel(0, 2, 250, 10001)],
  flows: [flow(0, 1, 1000), flow(1, 0, 400), flow(0, 2, 250, 1)],
  other_tunnels: { packets: 1, bytes: 125 },
};

function snapshot(): Snapshot {
  const found = shown(arrive(NOTHING, drain, null, false));
  if (!found) throw new Error("nothing shown");
  return found;
}

const view = (change: Partial<Selection> = {}) => viewOf(snapshot(), { ...EVERYTHING, ...change });
const plain = (text: string): string => text.replaceAll("\u2009", " ");

describe("a view", () => {
  test("has rates over the window, and what the reply left out", () => {
    const all = view();
    expect(all.total).toBe(((1000 + 500 + 250 + 125) * 8) / 2);
    expect(all.talkers.map(({ address }) => address)).toEqual([peer(0), peer(1), peer(2)]);
    expect(exchangeOf(all, peer(0))).toEqual({ address: peer(0), sent: 5000, received: 2000 });
    expect(all.endpoints).toBeNull();
  });

  test("of one network has its rows alone", () => {
    const one = view({ vni: 10001 });
    expect(one.total).toBe(1000);
    expect(one.talkers.map(({ address }) => address)).toEqual([peer(0), peer(2)]);
  });

  test("of one peer has its partners and the endpoints behind it", () => {
    const one = view({ peer: peer(1) });
    expect(one.partners).toEqual([{ address: peer(0), sent: 2000, received: 4000 }]);
    expect(one.behind.map(({ address, sent, received }) => [address, sent, received])).toEqual([
      ["192.168.0.2", 1600, 4000],
    ]);
    // 100 bytes of the tunnel back stand in no flow.
    expect(one.endpoints?.places.filter(({ kind }) => kind === "other")).toHaveLength(2);
  });

  test("of a peer without traffic is that peer alone", () => {
    const nobody = view({ peer: "10.9.9.9" });
    expect(nobody.peers.places.map(({ address }) => address)).toEqual(["10.9.9.9"]);
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
    const some = arrive(NOTHING, { ...drain, tunnels: [...drain.tunnels, nameless] }, null, false);
    const seen = some.latest && viewOf(some.latest, EVERYTHING);
    expect(seen?.total).toBe(view().total + 300);
    expect(seen?.talkers.map(({ address }) => address)).toEqual([peer(0), peer(1), peer(2)]);
    expect(seen?.peers.places.map(({ key }) => key)).not.toContain("");
  });

  test("tells groups from peers", () => {
    const flooded = { ...tunnel(0, 1, 92), outer_dst: "239.1.1.1" };
    const some = arrive(NOTHING, { ...drain, tunnels: [flooded] }, null, false);
    const seen = some.latest && viewOf(some.latest, { ...EVERYTHING, vni: 10000 });
    expect(seen?.peers.places.map(({ kind }) => kind)).toEqual(["peer", "group"]);
    expect(seen && plain(sumText(seen))).toBe("1 peer, 1 group · 368 b/s");
  });

  test("says its sum", () => {
    expect(plain(sumText(view()))).toBe("3 peers 7.00 kb/s + other 500 b/s = 7.50 kb/s");
    expect(plain(sumText(view({ vni: 10001 })))).toBe("2 peers · 1.00 kb/s");
  });
});

describe("sentences", () => {
  const measure = { unit: "bits", window: "last" } as const;
  const layout = layOut(view().peers, { gap: 0.03, least: 0.02 });
  const ribbon = (a: number, b: number) =>
    layout.ribbons.find(({ key }) => key === `${peer(a)}|${peer(b)}`);

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
    const total = { unit: "bits", window: "total" } as const;
    expect(one && sentence(ribbonWords(one, total))).toContain("172.16.1.100 sent 1.00");
  });

  test("name what is added up", () => {
    const other = layout.arcs.at(-1);
    expect(other && nameOf(other.place)).toBe("other traffic");
    expect(other && plain(sentence(arcWords(other, measure)))).toBe(
      "other traffic sends 500 b/s and receives 500 b/s",
    );
    const loop = layout.ribbons.find(({ key }) => key === "other|other");
    expect(loop && plain(sentence(ribbonWords(loop, measure)))).toBe(
      "other traffic sends 500 b/s among themselves",
    );
  });
});
