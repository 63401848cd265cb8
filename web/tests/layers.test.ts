import { expect, test } from "vitest";
import { layerOf } from "../src/time/layers";

const ENDPOINT = "172.16.1.106/vxlan:10002/192.168.2.7";

test.each([
  [["172.16.1.106", "other"], "172.16.1.106"],
  [["172.16.1.101", "other"], null],
  [[ENDPOINT, "172.16.1.106/vxlan:10001/192.168.1.7", "other"], ENDPOINT],
  [["vni:10001", "vni:10002"], "vni:10002"],
])("among %j who grew is in %j", (keys, layer) => {
  expect(layerOf(ENDPOINT, keys)).toBe(layer);
});

test("where nobody grew no layer is marked", () => {
  expect(layerOf(null, ["172.16.1.106"])).toBeNull();
});
