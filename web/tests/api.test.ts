import { describe, expect, test } from "vitest";
import { readDrain } from "../src/api/drain";
import { readTimeline } from "../src/api/timeline";
import { ReplyError } from "../src/decode";
import { event } from "./rows";

test("the documented event is read whole", () => {
  const drain = readDrain(event());
  expect(drain.tunnels).toEqual([
    {
      encap: "vxlan",
      vni: 10000,
      outer_src: "172.16.1.100",
      outer_dst: "172.16.1.101",
      packets: 1,
      bytes: 604,
      inner_bytes: 554,
    },
  ]);
  expect(drain.flows[0]).toMatchObject({ inner_src: "192.168.0.1", inner_dst: "192.168.0.2" });
  expect(drain.ledger[0]?.outcomes.get("flow")?.packets).toBe(9n);
  expect(drain.status.ports.get("vxlan")).toEqual([4789, 8472]);
});

test("columns may come in another order, and more of them", () => {
  const tunnels = {
    columns: ["inner_bytes", "bytes", "later", "packets", "outer_dst", "outer_src", "vni", "encap"],
    rows: [["554", "604", true, "1", 1, 0, null, "vxlan"]],
    other: { tunnels: 0, packets: "0", bytes: "0", inner_bytes: "0" },
  };
  const [row] = readDrain(event({ tunnels, another: 1 })).tunnels;
  expect(row).toMatchObject({ vni: null, outer_src: "172.16.1.100", bytes: 604 });
});

test("no inner IP header is an empty address", () => {
  const flows = {
    columns: [
      "encap",
      "vni",
      "outer_src",
      "outer_dst",
      "inner_src",
      "inner_dst",
      "packets",
      "bytes",
      "inner_bytes",
    ],
    rows: [["vxlan", 10000, 0, 1, -1, -1, "1", "92", "42"]],
    other: { flows: 0, packets: "0", bytes: "0", inner_bytes: "0" },
  };
  expect(readDrain(event({ flows })).flows[0]).toMatchObject({ inner_src: "", inner_dst: "" });
});

test("counts beyond 2^53 stay exact in the ledger", () => {
  const big = "18446744073709551615";
  const tally = { packets: big, bytes: big, buffers: big, buffer_bytes: big };
  const row = { interface: "eth0", direction: "egress", outcomes: { flow: tally }, seen: tally };
  const drain = readDrain(event({ ledger: [{ ...row, device: null, residual: null }] }));
  expect(drain.ledger[0]?.seen.packets).toBe(18446744073709551615n);
  expect(drain.ledger[0]?.device).toBeNull();
});

describe("a reply that is not as documented", () => {
  const table = {
    columns: ["encap"],
    rows: [["vxlan"]],
    other: { packets: "0", bytes: "0", inner_bytes: "0" },
  };
  test.each([
    [null, "live: expected an object, found null"],
    [[], "live: expected an object, found []"],
    [event({ time: "now" }), 'live.time: expected a number, found "now"'],
    [event({ window: "week" }), 'live.window: expected one of last, total, span, found "week"'],
    [event({ tunnels: table }), "live.tunnels.rows[0].vni: expected a number, found nothing"],
    [
      event({ senders: { peers: [], packets: [1], bytes: [] } }),
      "live.senders.packets[0]: expected a whole number as text, found 1",
    ],
    [event({ addresses: [] }), "live.tunnels.rows[0].outer_src: no address at place 0"],
    [event({ status: {} }), "live.status.version: expected a text, found nothing"],
  ])("is refused with its place", (value, message) => {
    expect(() => readDrain(value)).toThrow(new ReplyError(message));
  });
});

test("a timeline", () => {
  const timeline = {
    times: [1, 2],
    elapsed_s: [1, 1],
    peers: ["172.16.1.100", "other"],
    bytes: [
      ["604", "0"],
      ["0", "1"],
    ],
    packets: [
      ["1", "0"],
      ["0", "1"],
    ],
  };
  expect(readTimeline(timeline).bytes).toEqual([
    [604, 0],
    [0, 1],
  ]);
});
