import { expect, test } from "vitest";
import { pathChips } from "../src/encaps";

const ports = new Map([
  ["vxlan", [4789]],
  ["geneve", [6081, 6082]],
]);
const texts = (encaps: readonly string[], outer: string, inner: string): string =>
  pathChips(encaps, outer, inner, ports)
    .map(({ text, isTunnel }) => (isTunnel ? `[${text}]` : text))
    .join(" ");

test.each([
  [["vxlan"], "10.0.0.1", "192.168.0.1", "eth ip udp 4789 [vxlan] eth ip"],
  [["vxlan"], "10.0.0.1", "", "eth ip udp 4789 [vxlan] eth"],
  [["geneve"], "2001:db8::1", "192.168.0.1", "eth ip6 udp [geneve] eth ip"],
  [["gre"], "10.0.0.1", "2001:db8::1", "eth ip [gre] ip6"],
  [["ipip"], "10.0.0.1", "192.168.0.1", "eth ip [ip]"],
  [["gre", "vxlan"], "10.0.0.1", "192.168.0.1", "eth ip [gre] ip udp 4789 [vxlan] eth ip"],
  [["erspan2"], "10.0.0.1", "192.168.0.1", "eth ip gre [erspan2] eth ip"],
  [["lisp"], "10.0.0.1", "192.168.0.1", "eth ip [lisp] ip"],
])("the layers of %s", (encaps, outer, inner, expected) => {
  expect(texts(encaps, outer, inner)).toBe(expected);
});
