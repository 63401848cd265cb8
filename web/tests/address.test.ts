import { expect, test } from "vitest";
import { commonPrefix, compareAddresses, isGroup, shorten, toInteger } from "../src/address";

test.each([
  ["0.0.0.0", 0n],
  ["172.16.1.108", 0xac10016cn],
  ["255.255.255.255", 0xffffffffn],
  ["::", 0n],
  ["::1", 1n],
  ["2001:db8::5", 0x20010db8000000000000000000000005n],
  ["fe80:1:2:3:4:5:6:7", 0xfe800001000200030004000500060007n],
  ["::ffff:192.0.2.1", 0xffffc0000201n],
  ["other", 0n],
])("%s is %s", (address, number) => {
  expect(toInteger(address)).toBe(number);
});

test.each([
  ["239.1.1.1", true],
  ["224.0.0.1", true],
  ["255.255.255.255", true],
  ["ff02::1", true],
  ["172.16.1.100", false],
  ["240.0.0.1", false],
  ["fe80::1", false],
  ["other", false],
])("whether %s is a group: %s", (address, group) => {
  expect(isGroup(address)).toBe(group);
});

test("addresses sort as numbers, IPv4 first", () => {
  const mixed = ["2001:db8::1", "172.16.1.20", "172.16.1.100", "::1", "9.0.0.1"];
  expect(mixed.sort(compareAddresses)).toEqual([
    "9.0.0.1",
    "172.16.1.20",
    "172.16.1.100",
    "::1",
    "2001:db8::1",
  ]);
});

test("a common prefix leaves the last parts alone", () => {
  expect(commonPrefix(["192.168.0.1", "192.168.3.9"], 2)).toBe("192.168.");
  expect(commonPrefix(["192.168.3.1", "192.168.3.9"], 2)).toBe("192.168.");
  expect(commonPrefix(["172.16.1.100", "172.16.1.108"], 1)).toBe("172.16.1.");
  expect(commonPrefix(["10.0.0.1", "192.168.0.1"], 2)).toBe("");
  expect(commonPrefix([], 2)).toBe("");
});

test("a long address loses its middle", () => {
  expect(shorten("172.16.1.100", 17)).toBe("172.16.1.100");
  const short = shorten("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 17);
  expect(short).toHaveLength(17);
  expect(short).toBe("2001:db8…eee:ffff");
});
