import { expect, test } from "vitest";
import { endpointKey, networkKey, pairKey, partKey } from "../src/things";
import { touching } from "../src/touching";

const [A, B] = ["172.16.1.100", "172.16.1.101"];
const row = (encap: string | null, vni: number | null = 77) => ({
  encap,
  vni,
  outer_src: A,
  outer_dst: B,
  inner_src: "10.0.0.1",
  inner_dst: "10.0.0.2",
});

test.each([
  partKey(A, "vxlan", 77),
  endpointKey(A, "vxlan", 77, "10.0.0.1"),
  pairKey(endpointKey(B, "vxlan", 77, "10.0.0.2"), endpointKey(A, "vxlan", 77, "10.0.0.1")),
])("%s is of its own encapsulation, and of what several are together", (key) => {
  const touches = touching(key);
  expect(touches(row("vxlan"))).toBe(true);
  expect(touches(row(null))).toBe(true);
  expect(touches(row("geneve"))).toBe(false);
  expect(touches(row("vxlan", 78))).toBe(false);
});

test("a peer has to do with all that it sends and gets", () => {
  expect(touching(B)(row("gre", null))).toBe(true);
  expect(touching("172.16.1.102")(row("gre", null))).toBe(false);
});

test("a network is all of one number", () => {
  const touches = touching(networkKey(77));
  expect(touches(row("vxlan"))).toBe(true);
  expect(touches(row("geneve"))).toBe(true);
  expect(touches(row("vxlan", 78))).toBe(false);
});
