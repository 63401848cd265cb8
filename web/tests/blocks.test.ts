import { expect, test } from "vitest";
import { toInteger, toText } from "../src/address";
import { blocksOf } from "../src/heat/blocks";
import { peer } from "./rows";

const names = (addresses: readonly string[], most: number): string[] =>
  blocksOf(addresses, most).map(({ name }) => name);

test("addresses that have room stand apart, in order", () => {
  expect(names([peer(2), peer(0)], 5)).toEqual([peer(0), peer(2)]);
});

test("the fullest prefix is split first, into what an engineer would name", () => {
  const eight = Array.from({ length: 8 }, (_, i) => `10.0.0.${String(i)}`);
  expect(names(eight, 1)).toEqual(["10.0.0.0/29"]);
  expect(names(eight, 2)).toEqual(["10.0.0.0/30", "10.0.0.4/30"]);
  expect(names(eight, 3)).toEqual(["10.0.0.0/31", "10.0.0.2/31", "10.0.0.4/30"]);
});

test("a block is the smallest prefix of its members, however far they are apart", () => {
  expect(names(["10.0.0.1", "10.0.0.9", "10.9.0.1"], 2)).toEqual(["10.0.0.0/28", "10.9.0.1"]);
});

test("families never mix, even where there is room for one block only", () => {
  expect(names(["2001:db8::1", "10.0.0.1", "2001:db8::3"], 1)).toEqual([
    "10.0.0.1",
    "2001:db8::/126",
  ]);
});

test("nobody is lost, nobody is twice, and no block is beyond the room", () => {
  const many = Array.from({ length: 500 }, (_, i) => toText(BigInt(0xac100000 + i * 37), 32));
  for (const most of [1, 7, 40, 499, 500, 900]) {
    const blocks = blocksOf(many, most);
    expect(blocks.length).toBe(Math.min(most, 500));
    const members = blocks.flatMap((block) => block.members);
    expect(members).toEqual([...many].sort((a, b) => Number(toInteger(a) - toInteger(b))));
  }
});

test("members are in the prefix that names them", () => {
  const many = Array.from({ length: 300 }, (_, i) => toText(BigInt(0xac100000 + i * i * 11), 32));
  for (const { name, members } of blocksOf(many, 25)) {
    const [network = "", length = "32"] = name.split("/");
    const rest = 32n - BigInt(length);
    for (const member of members) {
      expect(toInteger(member) >> rest).toBe(toInteger(network) >> rest);
    }
  }
});

test.each([
  "::",
  "::1",
  "2001:db8::5",
  "fe80:1:2:3:4:5:6:7",
  "1:0:0:2::3",
  "1::2:0:0:3",
  "1:2:3:4:5:6:7::",
])("%s is written as it was read", (text) => {
  expect(toText(toInteger(text), 128)).toBe(text.replace("7::", "7:0"));
});

test("IPv4 is written with dots", () => {
  expect(toText(toInteger("172.16.1.108"), 32)).toBe("172.16.1.108");
});
