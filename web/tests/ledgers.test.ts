import { describe, expect, test } from "vitest";
import { readDrain, type Drain } from "../src/api/drain";
import type { PortOrigin } from "../src/api/status";
import { diagnose, isEmpty, portsText, portWords } from "../src/diagnosis";
import { account, outcomeName } from "../src/ledgers";
import { event } from "./rows";

const zero = { packets: "0", bytes: "0", buffers: "0", buffer_bytes: "0" };
const tally = (packets: number, buffers = packets): Record<string, string> => ({
  packets: String(packets),
  bytes: String(packets * 100),
  buffers: String(buffers),
  buffer_bytes: String(buffers * 100),
});

function row(direction: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    interface: "eth0",
    direction,
    outcomes: {
      flow: tally(90, 9),
      not_tunneled: tally(10),
      truncated: tally(2),
      overflow: tally(5),
      too_deep: zero,
    },
    seen: tally(107, 26),
    device: { packets: "26", bytes: "0", counts: "buffers" },
    residual: { packets: "0", bytes: "0" },
    ...changes,
  };
}

const ledger = (...rows: unknown[]): Drain["ledger"] => readDrain(event({ ledger: rows })).ledger;

describe("the account", () => {
  test("adds up directions, and names reasons that happened, biggest first", () => {
    const sums = account(ledger(row("ingress"), row("egress")));
    expect(sums).toMatchObject({ flow: 180n, notTunneled: 20n, tunneled: 190n, residual: 0n });
    expect(sums.reasons).toEqual([
      ["overflow", 10n],
      ["truncated", 4n],
    ]);
    expect([sums.seen.packets, sums.seen.buffers, sums.device, sums.counts]).toEqual([
      214n,
      52n,
      52n,
      "buffers",
    ]);
  });

  test("says so when one interface is gone, or they count differently", () => {
    const gone = account(ledger(row("ingress"), row("egress", { device: null, residual: null })));
    expect([gone.device, gone.residual]).toEqual([null, null]);
    const card = { packets: "107", bytes: "0", counts: "packets" };
    expect(account(ledger(row("ingress"), row("egress", { device: card }))).counts).toBe("mixed");
  });

  test("keeps the sign of a residual", () => {
    const less = row("ingress", { residual: { packets: "-3", bytes: "0" } });
    expect(account(ledger(less)).residual).toBe(-3n);
  });

  test("differences of two directions do not cancel each other", () => {
    const rows = ledger(
      row("ingress", { residual: { packets: "-3", bytes: "0" } }),
      row("egress", { residual: { packets: "3", bytes: "0" } }),
      { ...row("ingress"), interface: "eth1" },
    );
    expect(account(rows).residual).toBe(0n);
    expect(account(rows).differences).toEqual([
      { where: "eth0 ingress", seen: 29n, device: 26n },
      { where: "eth0 egress", seen: 23n, device: 26n },
    ]);
  });

  test("a capture has nothing to differ from", () => {
    const { residual, device, differences } = account(
      ledger({ ...row("ingress"), direction: null, device: null, residual: null }),
    );
    expect([residual, device, differences]).toEqual([null, null, []]);
  });

  test("outcomes read as words", () => {
    expect(["flow", "not_tunneled", "too_many_tags"].map(outcomeName)).toEqual([
      "in a flow",
      "not tunnelled",
      "too many tags",
    ]);
  });
});

describe("an empty page", () => {
  const none = {
    columns: [],
    rows: [],
    other: { tunnels: 0, packets: "0", bytes: "0", inner_bytes: "0" },
  };
  const quiet = (outcomes: Record<string, unknown>, seen: Record<string, string>): Drain =>
    readDrain(event({ tunnels: none, ledger: [row("ingress", { outcomes, seen })] }));

  const silent = quiet({ flow: zero }, zero);
  const other = quiet({ flow: zero, not_tunneled: tally(7) }, tally(7));

  test("is one where nothing tunnelled was ever counted", () => {
    expect(isEmpty(silent)).toBe(true);
    expect(isEmpty(other)).toBe(true);
    expect(isEmpty(readDrain(event()))).toBe(false);
    expect(isEmpty(readDrain(event({ tunnels: none })))).toBe(false);
  });

  test("tells at which step packets stop", () => {
    const verdicts = (drain: Drain): string =>
      diagnose(drain)
        .steps.map(({ verdict }) => verdict)
        .join(" ");
    expect(verdicts(silent)).toBe("good bad not-yet not-yet");
    expect(verdicts(other)).toBe("good good bad not-yet");
    expect(diagnose(other).title).toBe("Traffic is seen, but none of it is tunnelled");
    expect(diagnose(other).steps[1]?.text).toContain("7 packets in 7 buffers");
  });

  test("offers what helps: traffic in a lab, check and demo elsewhere", () => {
    const commands = (drain: Drain): string[] =>
      diagnose(drain).repairs.map(({ command }) => command);
    expect(commands(other)).toEqual(["tunnel-monitor check", "tunnel-monitor demo"]);
    const lab = { ...other, status: { ...other.status, lab: { hosts: 9 } } };
    expect(commands(lab)).toEqual(["tunnel-monitor traffic"]);
    const gone: Drain = { ...other, status: { ...other.status, state: "gone" } };
    expect(commands(gone)).toEqual([]);
    expect(diagnose(gone).title).toBe("eth0 is gone");
  });

  test("says of a capture what was read, and what else could be", () => {
    const capture = { files: ["a.pcap", "b.pcap"] };
    const of = (drain: Drain): Drain => ({
      ...drain,
      status: { ...drain.status, state: "file", capture },
    });
    expect(diagnose(of(other)).title).toBe("No packet of this capture is tunnelled");
    expect(diagnose(of(other)).text).toContain("a.pcap, b.pcap");
    expect(diagnose(of(other)).repairs).toHaveLength(2);
    expect(diagnose(of(silent)).title).toBe("This capture has no packets");
    expect(diagnose(of(silent)).repairs).toEqual([]);
  });

  test("waits for the first interval before it calls anything wrong", () => {
    const first = diagnose({ ...silent, drains: 0 });
    expect(first.steps.map(({ verdict }) => verdict)).not.toContain("bad");
    expect(first.title).toContain("first interval");
  });

  test("names the ports that are read", () => {
    expect(
      portsText({
        ports: new Map([
          ["vxlan", [4789, 8472]],
          ["geneve", [6081]],
        ]),
      }),
    ).toBe("vxlan 4789, 8472; geneve 6081");
  });

  test("tells why ports are read, and which of them as something else", () => {
    const of = (origin: "setting" | "device"): PortOrigin => ({
      port: 4789,
      encap: "vxlan",
      origin,
      device: "vx1",
    });
    const misread = { port: 5555, kind: "geneve", device: "gnv0" };
    const words = portWords({
      port_origins: [of("setting"), of("device")],
      misread_ports: [
        { ...misread, read_as: "vxlan" },
        { ...misread, read_as: null },
      ],
    });
    expect(words.map(({ text }) => text)).toEqual([
      "vxlan 4789",
      "vxlan 4789 (vx1)",
      "geneve 5555 (gnv0) read as vxlan",
      "geneve 5555 (gnv0) not read",
    ]);
    expect(words.map(({ misread }) => misread)).toEqual([false, false, true, true]);
  });
});
