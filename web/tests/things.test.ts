import { expect, test } from "vitest";
import { standingFor } from "../src/chosen";
import type { Place } from "../src/matrix";
import { endpointKey, isKey, networkKey, othersKey, partKey, thingsOf } from "../src/things";

test("every key names the thing it was made from", () => {
  const endpoint = endpointKey("2001:db8::5", "vxlan-gpe", 7, "10.0.0.1");
  expect(thingsOf(endpoint)).toEqual([
    {
      key: endpoint,
      kind: "endpoint",
      peer: "2001:db8::5",
      encap: "vxlan-gpe",
      vni: 7,
      address: "10.0.0.1",
    },
  ]);
  const kinds = [
    "172.16.1.1",
    partKey("172.16.1.1", "gre", null),
    endpointKey("172.16.1.1", "gre", null, ""),
    othersKey("172.16.1.1"),
    networkKey(null),
    othersKey(networkKey(7)),
    "groups",
    "first",
    "other",
  ].map((key) => thingsOf(key)[0]?.kind);
  expect(kinds).toEqual([
    "peer",
    "part",
    "endpoint",
    "others",
    "network",
    "others",
    "groups",
    "first",
    "other",
  ]);
  expect(thingsOf("172.16.1.1|other").map(({ kind }) => kind)).toEqual(["peer", "other"]);
});

test.each(["", "<b>", "172.16.1.1|", "a|b|c", "172.16.1.1|172.16.1.2|172.16.1.3", "vni:-1", "x/y"])(
  "%s is no key",
  (text) => {
    expect(isKey(text)).toBe(false);
  },
);

const place = (key: string): Place => {
  const [thing] = thingsOf(key);
  if (!thing) throw new Error(key);
  const kind = thing.kind === "others" ? "other" : thing.kind;
  const { peer, address, vni } = thing;
  return { key, rim: peer, peer, address, name: "", kind, vni, merged: 1 };
};
const ENDPOINT = "172.16.1.1/vxlan:7/10.0.0.1";

test("what is chosen stands for itself, or in what it is added up in", () => {
  const [peer, part, endpoint, others] = [
    "172.16.1.1",
    "172.16.1.1/vxlan:7",
    ENDPOINT,
    "172.16.1.1/other",
  ].map(place);
  if (!peer || !part || !endpoint || !others) throw new Error("no places");
  const stands = (places: readonly Place[], key: string): string[] =>
    places.filter((one) => standingFor(places, key)?.place(one)).map(({ key: own }) => own);
  expect(stands([peer], ENDPOINT)).toEqual([peer.key]);
  expect(stands([part], ENDPOINT)).toEqual([part.key]);
  expect(stands([endpoint, others], ENDPOINT)).toEqual([ENDPOINT]);
  expect(stands([others], ENDPOINT)).toEqual([others.key]);
  expect(stands([endpoint, others], peer.key)).toEqual([ENDPOINT, others.key]);
  expect(stands([endpoint, part], "vni:7")).toEqual([ENDPOINT, part.key]);
});

test("a pair is between both, in either direction; a place is in all its pairs", () => {
  const places = ["172.16.1.1", "172.16.1.2", "172.16.1.3"].map(place);
  const [a, b, c] = places;
  if (!a || !b || !c) throw new Error("no places");
  const pair = standingFor(places, `${a.key}|${b.key}`);
  expect([pair?.pair(b, a), pair?.pair(a, c), pair?.place(c)]).toEqual([true, false, false]);
  expect(standingFor(places, a.key)?.pair(c, a)).toBe(true);
  expect(standingFor(places, null)).toBeNull();
  expect(standingFor(places, "172.16.1.9")).toBeNull();
});
