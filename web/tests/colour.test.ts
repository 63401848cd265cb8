import { expect, test } from "vitest";
import { insideColour, notched, rimColour, slot } from "../src/colour";
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

test("networks have hues too, and so notches", () => {
  expect(rimColour("vni:10001")).toBe("var(--h5)");
  expect(rimColour("vni:none")).toBe("var(--oth)");
  expect([...notched(["vni:1", "vni:13", "vni:none"])]).toEqual(["vni:13"]);
});

test("other is grey; endpoints are shades of their peer", () => {
  expect(rimColour("other")).toBe("var(--oth)");
  expect(rimColour("239.1.1.1")).toBe("var(--oth)");
  expect(insideColour(peer(0), 1)).toBe(
    `color-mix(in oklab, ${rimColour(peer(0))} 74%, var(--bg))`,
  );
});
