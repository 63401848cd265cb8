import { expect, test } from "vitest";
import { endpointColour, notched, peerColour, slot } from "../src/colour";
import { peer } from "./rows";

test("twelve neighbours have twelve hues", () => {
  const hues = Array.from({ length: 12 }, (_, n) => slot(peer(n)));
  expect(new Set(hues).size).toBe(12);
});

test("the hue is the address as a number, modulo twelve", () => {
  expect(slot("172.16.1.100")).toBe(0xac100164 % 12);
  expect(slot("2001:db8::5")).toBe(Number(0x20010db8000000000000000000000005n % 12n));
});

test("the second peer of a hue gets a notch, the first and other none", () => {
  const peers = [peer(0), peer(1), peer(12), "other"];
  expect([...notched(peers)]).toEqual([peer(12)]);
});

test("other is grey; endpoints are shades of their peer", () => {
  expect(peerColour("other")).toBe("var(--oth)");
  expect(peerColour("239.1.1.1")).toBe("var(--oth)");
  expect(endpointColour(peer(0), 1)).toBe(
    `color-mix(in oklab, ${peerColour(peer(0))} 74%, var(--bg))`,
  );
});
