import { expect, test } from "vitest";
import { amountIn } from "../src/amounts";
import { received, sent, type Matrix } from "../src/matrix";
import { rimMatrix, type RimChoice } from "../src/rim";
import { endpointsOf, flow, kept, peer, peersOf, tunnel } from "./rows";

const bytes = amountIn({ unit: "bits", size: "wire", period: "total" }, 1);

function peerMatrix(
  tunnels: Parameters<typeof peersOf>[0],
  amount = bytes,
  choice: Partial<RimChoice> = {},
  rest = 0,
): Matrix {
  return rimMatrix(peersOf(tunnels, choice, rest), amount, rest);
}

const all = (matrix: Matrix): number => sent(matrix).reduce((total, value) => total + value, 0);

test("rows send, columns receive, peers stand in address order", () => {
  const matrix = peerMatrix(kept([tunnel(8, 0, 5), tunnel(0, 8, 7), tunnel(0, 2, 1)]));
  expect(matrix.places.map((place) => place.address)).toEqual([peer(0), peer(2), peer(8)]);
  expect(matrix.values).toEqual([
    [0, 1, 7],
    [0, 0, 0],
    [5, 0, 0],
  ]);
  expect(sent(matrix)).toEqual([8, 0, 5]);
  expect(received(matrix)).toEqual([5, 1, 7]);
});

test("networks between the same peers add up", () => {
  const matrix = peerMatrix(kept([tunnel(0, 1, 3, 10000), tunnel(0, 1, 4, 10001)]));
  expect(matrix.values[0]).toEqual([0, 7]);
});

test("rates divide by the window", () => {
  const rate = amountIn({ unit: "bits", size: "wire", period: "rate" }, 0.5);
  expect(peerMatrix(kept([tunnel(0, 1, 100)]), rate).values[0]).toEqual([0, 1600]);
});

test("what is beyond the top goes to other, and nothing is lost", () => {
  const rows = [1, 2, 3, 4, 5, 6].map((n) => tunnel(n, n + 1, 10 ** n));
  const matrix = peerMatrix(kept(rows), bytes, { top: 3 }, 42);
  expect(matrix.places.map((place) => place.key)).toEqual([peer(5), peer(6), peer(7), "other"]);
  expect(matrix.places.at(-1)?.merged).toBe(4);
  expect(all(matrix)).toBe(1_111_110 + 42);
});

test("one peer too many is shown, not called other", () => {
  const rows = [1, 2, 3].map((n) => tunnel(0, n, n));
  const matrix = peerMatrix(kept(rows), bytes, { top: 3 });
  expect(matrix.places.map((place) => place.kind)).toEqual(["peer", "peer", "peer", "peer"]);
});

test("the chosen peer is always there, even without a row", () => {
  const rows = [1, 2, 3, 4, 5].map((n) => tunnel(n, n + 1, 1000));
  const matrix = peerMatrix(kept(rows), bytes, { top: 2, always: [peer(9)] });
  expect(matrix.places.map((place) => place.key)).toContain(peer(9));
  expect(peerMatrix([], bytes, { always: [peer(9)] }).places).toHaveLength(1);
});

test("endpoints stand behind their peers, in the peers' order", () => {
  const flows = [flow(8, 0, 30, 3), flow(0, 8, 10, 3), flow(0, 8, 5, 1)];
  const tunnels = kept([tunnel(8, 0, 30, 10003), tunnel(0, 8, 10, 10003), tunnel(0, 8, 5, 10001)]);
  const peers = peersOf(tunnels);
  const matrix = endpointsOf(peers, kept(flows), bytes, 50);
  expect(matrix.places.map(({ peer: behind, address }) => [behind, address])).toEqual([
    [peer(0), "192.168.1.1"],
    [peer(0), "192.168.3.1"],
    [peer(8), "192.168.1.9"],
    [peer(8), "192.168.3.9"],
  ]);
  expect(sent(matrix)).toEqual([5, 10, 0, 30]);
});

test("equal inner addresses in two networks are two endpoints", () => {
  const again = { ...flow(0, 1, 5), vni: 10001 };
  const tunnels = kept([tunnel(0, 1, 5), tunnel(0, 1, 5, 10001)]);
  const peers = peersOf(tunnels);
  const matrix = endpointsOf(peers, kept([flow(0, 1, 5), again]), bytes, 50);
  expect(matrix.places).toHaveLength(4);
});

test("what the flows do not tell goes between other endpoints, so that the sums agree", () => {
  const tunnels = kept([tunnel(0, 1, 100), tunnel(1, 0, 50)]);
  const peers = peersOf(tunnels);
  const matrix = endpointsOf(peers, kept([flow(0, 1, 60)]), bytes, 50);
  const kinds = matrix.places.map((place) => place.kind);
  expect(kinds).toEqual(["endpoint", "other", "endpoint", "other"]);
  expect(matrix.values).toEqual([
    [0, 0, 60, 0],
    [0, 0, 0, 40],
    [0, 0, 0, 0],
    [0, 50, 0, 0],
  ]);
  expect(all(matrix)).toBe(150);
});

test("endpoints beyond the top are added up behind their own peer", () => {
  const flows = [1, 2, 3, 4].map((n) => ({
    ...flow(0, 1, 10 * n),
    inner_src: `10.0.0.${String(n)}`,
  }));
  const tunnels = kept([tunnel(0, 1, 100)]);
  const peers = peersOf(tunnels);
  const matrix = endpointsOf(peers, kept(flows), bytes, 3);
  const names = matrix.places.map(
    (place) => `${place.peer} ${place.address || place.kind} ${String(place.merged)}`,
  );
  expect(names).toEqual([
    `${peer(0)} 10.0.0.3 1`,
    `${peer(0)} 10.0.0.4 1`,
    `${peer(0)} other 2`,
    `${peer(1)} 192.168.0.2 1`,
  ]);
  expect(all(matrix)).toBe(100);
});
