/** An empty page is a diagnosis: how far packets get, where they stop, what to try. */
import type { Drain } from "./api/drain";
import type { Status } from "./api/status";
import { bytesText, clockText, countText, spanText } from "./format";
import { account } from "./ledgers";

export interface Step {
  readonly name: string;
  readonly text: string;
  readonly verdict: "good" | "bad" | "not-yet";
}

export interface Repair {
  readonly title: string;
  readonly text: string;
  /** To be typed in a shell. */
  readonly command: string;
}

export interface Diagnosis {
  readonly title: string;
  readonly text: string;
  readonly steps: readonly Step[];
  readonly repairs: readonly Repair[];
}

const TRAFFIC: Repair = {
  title: "Send traffic through the lab’s tunnels",
  text: "In a second terminal on this machine; the page draws it within a second.",
  command: "tunnel-monitor traffic",
};
const CHECK: Repair = {
  title: "Is this the interface that carries the tunnels?",
  text: "Lists the tunnel devices of this host with their ports, and what is missing, if anything.",
  command: "tunnel-monitor check",
};
const DEMO: Repair = {
  title: "No overlay on this host?",
  text: "The lab makes one: nine hosts, four virtual networks, real traffic. Nothing stays behind.",
  command: "tunnel-monitor demo",
};

const PORT: Repair = {
  title: "Do the tunnels use another UDP port?",
  text: "Name it instead of the usual ones of that encapsulation.",
  command: "tunnel-monitor read --serve --port vxlan=PORT FILE",
};
const ENCAPS: Repair = {
  title: "Are they of a rarer kind?",
  text: "Teredo, L2TP, LISP and some more are read only if asked for.",
  command: "tunnel-monitor read --serve --encaps all FILE",
};

/** Whether anything tunnelled was ever counted. */
export function isEmpty({ ledger, tunnels }: Drain): boolean {
  return tunnels.length === 0 && account(ledger).tunneled === 0n;
}

export function diagnose(drain: Drain): Diagnosis {
  return drain.status.state === "file" ? diagnoseFile(drain) : diagnoseInterface(drain);
}

/** Of a capture: nothing can follow, so what was read otherwise must be elsewhere. */
function diagnoseFile({ status, ledger }: Drain): Diagnosis {
  const { seen } = account(ledger);
  const names = status.capture?.files.join(", ") ?? "";
  const packets = `${countText(seen.packets)} packets, ${bytesText(Number(seen.bytes))}`;
  const anything = seen.packets > 0n;
  return {
    title: anything ? "No packet of this capture is tunnelled" : "This capture has no packets",
    text: `All of ${names} was read.`,
    steps: [
      { name: "Read", text: names, verdict: "good" },
      { name: "Seen", text: anything ? packets : "no packet", verdict: verdict(anything, false) },
      { name: "Tunnelled", text: tunnelledText(status), verdict: anything ? "bad" : "not-yet" },
      { name: "Drawn", text: "nothing to draw", verdict: "not-yet" },
    ],
    repairs: anything ? [PORT, ENCAPS] : [],
  };
}

function diagnoseInterface({ status, ledger, time, drains }: Drain): Diagnosis {
  const { seen } = account(ledger);
  const names = status.interfaces.map(({ name }) => name).join(", ");
  const gone = status.state === "gone";
  const anything = seen.packets > 0n;
  const age = spanText(time - status.started);
  const amounts = `${countText(seen.packets)} packets in ${countText(seen.buffers)} buffers, ${bytesText(Number(seen.bytes))}`;
  return {
    title: gone
      ? `${names} is gone`
      : anything
        ? "Traffic is seen, but none of it is tunnelled"
        : drains === 0
          ? "Attached; the first interval is being counted"
          : "Attached, but no packet has come by yet",
    text: gone
      ? "The interface was removed before it carried any tunnel. Start the monitor on another one."
      : anything
        ? `The monitor works. No packet on ${names} has used a tunnel that it reads in ${age}.`
        : `The monitor works. ${names} has neither sent nor received anything in ${age}.`,
    steps: [
      { name: "Attached", text: attached(status, names), verdict: gone ? "bad" : "good" },
      {
        name: "Seen",
        text: anything ? amounts : "no packet",
        verdict: verdict(anything, gone || drains === 0),
      },
      {
        name: "Tunnelled",
        text: tunnelledText(status),
        verdict: anything && !gone ? "bad" : "not-yet",
      },
      { name: "Drawn", text: "nothing to draw yet", verdict: "not-yet" },
    ],
    repairs: gone ? [] : status.lab ? [TRAFFIC] : [CHECK, DEMO],
  };
}

function tunnelledText(status: Status): string {
  return status.ports.size
    ? `0 packets on the ports that are read (${portsText(status)})`
    : "0 packets of the encapsulations that are read";
}

/** "vxlan 4789, 8472". */
export function portsText({ ports }: Pick<Status, "ports">): string {
  return [...ports].map(([encap, numbers]) => `${encap} ${numbers.join(", ")}`).join("; ");
}

/** Each port that is read, with the device that is the reason; then those that are misread. */
export function portWords({
  port_origins,
  misread_ports,
}: Pick<Status, "port_origins" | "misread_ports">): { text: string; misread: boolean }[] {
  const read = port_origins.map(({ port, encap, origin, device }) => ({
    text: origin === "device" ? `${encap} ${port} (${device ?? ""})` : `${encap} ${port}`,
    misread: false,
  }));
  const misread = misread_ports.map(({ port, kind, device, read_as }) => ({
    text: `${kind} ${port} (${device}) ${read_as === null ? "not read" : `read as ${read_as}`}`,
    misread: true,
  }));
  return [...read, ...misread];
}

function attached({ interfaces, started }: Status, names: string): string {
  const ways = [...new Set(interfaces.map(({ attach }) => attach))].join(", ");
  return `${names}, ${ways}, in and out, since ${clockText(started, { seconds: true })}`;
}

function verdict(anything: boolean, tooEarly: boolean): Step["verdict"] {
  if (anything) return "good";
  return tooEarly ? "not-yet" : "bad";
}
