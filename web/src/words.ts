/** What the marks say: the same sentence in the tooltip and for who cannot see the diagram. */
import { amountText, type Measure } from "./format";
import type { Arc, Ribbon } from "./layout";
import type { Place } from "./matrix";

/** A part of a sentence; numbers and addresses are set apart where it is drawn. */
export interface Word {
  readonly text: string;
  readonly kind: "plain" | "number" | "address";
  /** Of an address: the key on the rim whose colour it has. */
  readonly rim?: string;
}

/** "172.16.1.106 sends 44.7 Mb/s to 172.16.1.102, which sends 450 kb/s back". */
export function ribbonWords(ribbon: Pick<Ribbon, "a" | "b">, measure: Measure): Word[] {
  const bigger = ribbon.a.value >= ribbon.b.value;
  const [more, less] = bigger ? [ribbon.a, ribbon.b] : [ribbon.b, ribbon.a];
  const verb = verbs(measure, more.place);
  if (ribbon.a.place.key === ribbon.b.place.key) {
    return [
      ...naming(more.place),
      plain(` ${verb.send} `),
      number(more.value, measure),
      plain(more.place.merged !== 1 ? " among themselves" : " to itself"),
    ];
  }
  const back = less.value > 0 ? number(less.value, measure) : plain("nothing");
  return [
    ...naming(more.place),
    plain(` ${verb.send} `),
    number(more.value, measure),
    plain(" to "),
    ...naming(less.place),
    plain(`, which ${verbs(measure, less.place).send} `),
    back,
    plain(" back"),
  ];
}

/** "172.16.1.106 sends 73.9 Mb/s and receives 19.5 Mb/s". */
export function arcWords(arc: Pick<Arc, "place" | "sent" | "received">, measure: Measure): Word[] {
  const verb = verbs(measure, arc.place);
  return [
    ...naming(arc.place),
    plain(` ${verb.send} `),
    number(arc.sent, measure),
    plain(` and ${verb.receive} `),
    number(arc.received, measure),
  ];
}

/** "; behind 172.16.1.106, VNI 10001". */
export function whereWords({ peer, vni, kind }: Place): string {
  const behind = peer === "" || kind === "part" ? "" : `; behind ${peer}`;
  return `${behind}${vni === null ? "" : `${behind === "" ? "; in" : ","} VNI ${String(vni)}`}`;
}

export function sentence(words: readonly Word[]): string {
  return words.map((word) => word.text).join("");
}

/** How a place is called. */
export function nameOf(place: Place): string {
  switch (place.kind) {
    case "other":
      return place.merged === 0 ? "other traffic" : counted(place.merged, `other ${thing(place)}`);
    case "first":
      return `the biggest ${String(place.merged)}`;
    case "groups":
      return place.merged === 1 ? "a multicast group" : counted(place.merged, "multicast group");
    case "network":
      return place.vni === null ? "no VNI" : `VNI ${String(place.vni)}`;
    default:
      return place.address === "" ? "traffic without inner addresses" : place.address;
  }
}

/** The same, with the name of its address: "172.16.1.106 (gateway6)". */
export function wholeNameOf(place: Place): string {
  return sentence(naming(place));
}

/** "1 peer", "3 peers". */
export function counted(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? "" : "s"}`;
}

function thing({ key, rim, peer }: Place): string {
  if (key === rim) return rim === "other" ? "peer" : "network";
  return peer === "" ? "place" : "endpoint";
}

function verbs({ period }: Measure, { merged }: Place): { send: string; receive: string } {
  if (period !== "rate") return { send: "sent", receive: "received" };
  return merged > 1 ? { send: "send", receive: "receive" } : { send: "sends", receive: "receives" };
}

function plain(text: string): Word {
  return { text, kind: "plain" };
}

function number(amount: number, measure: Measure): Word {
  return { text: amountText(amount, measure), kind: "number" };
}

/** An address with its name in parentheses. */
function naming(place: Place): Word[] {
  const text = nameOf(place);
  if (text !== place.address) return [plain(text)];
  const word: Word = { text, kind: "address", rim: place.rim };
  return place.name === "" ? [word] : [word, plain(` (${place.name})`)];
}
