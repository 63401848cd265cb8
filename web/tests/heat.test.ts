import { expect, test } from "vitest";
import { amountIn } from "../src/amounts";
import { heatOf, REVERSED_FROM, SHADES, shadeOf } from "../src/heat/heat";
import type { Matrix } from "../src/matrix";
import { rimMatrix } from "../src/rim";
import { contrast, linear, mixed, tokens } from "./oklab";
import { endpointsOf, flow, kept, peer, peersOf, tunnel } from "./rows";

const bytes = amountIn({ unit: "bits", size: "wire", period: "total" }, 1);

function mesh(count: number): Matrix {
  const tunnels = Array.from({ length: count }, (_, i) => [
    tunnel(i, (i + 1) % count, 10 + i),
    tunnel(i, (i + 7) % count, 5),
  ]).flat();
  return rimMatrix(peersOf(kept(tunnels), { top: count }, 3), bytes, 3);
}

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

test("rows send, columns receive, and both margins are the whole", () => {
  const heat = heatOf(mesh(9), 40);
  expect(heat.rows.map(({ key }) => key)).toEqual([...Array(9).keys()].map(peer).concat("other"));
  expect(heat.values[0]?.[1]).toBe(10);
  expect(heat.sent[0]).toBe(15);
  expect(heat.received[0]).toBe(18 + 5);
  expect(total(heat.sent)).toBe(total(heat.received));
  expect(heat.most).toBe(18);
});

test("groups have a column and no row", () => {
  const group = { ...tunnel(0, 1, 50), outer_dst: "239.1.1.1" };
  const heat = heatOf(rimMatrix(peersOf(kept([tunnel(0, 1, 2), group])), bytes, 0), 40);
  expect(heat.rows.map(({ key }) => key)).toEqual([peer(0), peer(1)]);
  expect(heat.columns.map(({ key }) => key)).toEqual([peer(0), peer(1), "groups"]);
  expect(heat.values).toEqual([
    [0, 2, 50],
    [0, 0, 0],
  ]);
});

test("more peers than room share rows by prefix, and the sums stay", () => {
  const matrix = mesh(100);
  const [whole, folded] = [heatOf(matrix, 200), heatOf(matrix, 12)];
  expect(folded.rows.length).toBe(12);
  expect(folded.rows.at(-1)?.key).toBe("other");
  expect(folded.rows.filter(({ kind }) => kind === "block").length).toBe(11);
  expect(folded.rows.flatMap(({ places }) => places).length).toBe(101);
  expect(total(folded.sent)).toBe(total(whole.sent));
  expect(total(folded.received)).toBe(total(whole.received));
});

test("more endpoints than room stand in the row of their peer", () => {
  const flows = [0, 1, 2, 3].flatMap((s) => [flow(0, 1, 10, s), flow(1, 2, 3, s)]);
  const matrix = endpointsOf(peersOf(kept(flows)), kept(flows), bytes);
  expect(heatOf(matrix, 12).rows.length).toBe(12);
  const folded = heatOf(matrix, 5);
  expect(folded.rows.map(({ key }) => key)).toEqual([peer(0), peer(1), peer(2)]);
  expect(folded.values[0]).toEqual([0, 40, 0]);
});

test("more networks than room share rows in their order", () => {
  const tunnels = Array.from({ length: 30 }, (_, i) => tunnel(0, 1, 10, 100 + i));
  const choice = { grouping: "vni", top: 30 } as const;
  const heat = heatOf(rimMatrix(peersOf(kept(tunnels), choice), bytes, 0), 7);
  expect(heat.rows.map(({ places }) => places.length)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(heat.rows[0]?.key).toBe("vni:100–vni:104");
  expect(total(heat.sent)).toBe(300);
});

test("steps are equal on a square-root scale", () => {
  expect(shadeOf(0, 64)).toBe(-1);
  expect([0.5, 1, 4, 16, 48, 63.9, 64].map((value) => shadeOf(value, 64))).toEqual([
    0, 1, 2, 4, 6, 7, 7,
  ]);
  expect(shadeOf(3, 0)).toBe(-1);
});

test.each(["dark", "light"] as const)("a number is legible on each shade, %s", (theme) => {
  const colours = tokens(theme);
  const colour = (name: string): string => colours.get(name) ?? "";
  SHADES.forEach((share, step) => {
    const cell = mixed(colour("heat"), share, colour("surf"));
    const text = linear(colour(step >= REVERSED_FROM ? "heat-ink" : "ink"));
    expect(contrast(cell, text), `${String(share)} %`).toBeGreaterThan(4.5);
  });
});
