import { expect, test } from "vitest";
import {
  ageText,
  amountText,
  countText,
  pairText,
  roundText,
  shareText,
  spanText,
} from "../src/format";

const rate = { unit: "bits", size: "wire", period: "rate" } as const;
const total = { unit: "bits", size: "wire", period: "total" } as const;
const pps = { unit: "packets", size: "wire", period: "rate" } as const;
const packets = { unit: "packets", size: "wire", period: "total" } as const;

/** Thin spaces are hard to see in a test. */
const plain = (text: string): string => text.replaceAll("\u2009", " ");

test.each([
  [0, "0 b/s"],
  [604, "604 b/s"],
  [12.5, "12.5 b/s"],
  [4830, "4.83 kb/s"],
  [891_000, "891 kb/s"],
  [999_400, "999 kb/s"],
  [999_600, "1.00 Mb/s"],
  [9996, "10.0 kb/s"],
  [44_700_000, "44.7 Mb/s"],
  [286e6, "286 Mb/s"],
  [1.234e12, "1.23 Tb/s"],
  [0.5, "0.50 b/s"],
])("%d bits a second are %s", (amount, text) => {
  expect(plain(amountText(amount, rate))).toBe(text);
});

test("each measure has its unit", () => {
  expect(plain(amountText(13_300_000_000, total))).toBe("13.3 GB");
  expect(plain(amountText(49_700, pps))).toBe("49.7 kpps");
  expect(plain(amountText(12, packets))).toBe("12 pkt");
  expect(plain(amountText(1_230_000, packets))).toBe("1.23 Mpkt");
});

test.each([
  [1_200_000, "1.2 Mb/s"],
  [5e6, "5 Mb/s"],
  [100e3, "100 kb/s"],
  [750e3, "750 kb/s"],
  [12.5e6, "12.5 Mb/s"],
])("%d on a scale is %s", (amount, text) => {
  expect(plain(roundText(amount, rate))).toBe(text);
});

test("a pair says a common unit once, and never hides different ones", () => {
  expect(pairText(57.7e6, 39.8e6, rate).map(plain)).toEqual(["57.7", "39.8 Mb/s"]);
  expect(pairText(825e3, 1.77e6, rate).map(plain)).toEqual(["825 kb/s", "1.77 Mb/s"]);
  expect(pairText(0, 1.77e6, rate).map(plain)).toEqual(["0", "1.77 Mb/s"]);
});

test("whole numbers have thin spaces and a true minus", () => {
  expect(plain(countText(248516n))).toBe("248 516");
  expect(plain(countText(1000))).toBe("1 000");
  expect(plain(countText(999))).toBe("999");
  expect(plain(countText(-1234567n))).toBe("\u22121 234 567");
  expect(plain(countText(123456789012345678901n))).toBe("123 456 789 012 345 678 901");
});

test("shares", () => {
  expect(plain(shareText(25.8, 100))).toBe("25.8 %");
  expect(plain(shareText(1, 1))).toBe("100 %");
  expect(plain(shareText(0, 5))).toBe("0 %");
  expect(plain(shareText(1, 1e6))).toBe("< 0.1 %");
  expect(shareText(0, 0)).toBe("\u2013");
});

test("ages and spans", () => {
  expect(ageText(42.9)).toBe("\u221200:42");
  expect(ageText(3723)).toBe("\u221201:02:03");
  expect(ageText(-1)).toBe("\u221200:00");
  expect(plain(spanText(316))).toBe("5 min 16 s");
  expect(plain(spanText(6))).toBe("6 s");
  expect(plain(spanText(7260))).toBe("2 h 1 min");
});
