/** What the marks say: the same sentence in the tooltip and for who cannot see the diagram. */
import { amountText, type Measure } from "./format";
import type { Arc, Ribbon } from "./layout";
import type { Place } from "./matrix";

/** A part of a sentence; numbers and addresses are set apart where it is drawn. */
export interface Word {
  readonly text: string;
  readonly kind: "plain" | "number" | "address";
}

/** "172.16.1.106 sends 44.7 Mb/s to 172.16.1.102, which sends 450 kb/s back". */
export function ribbonWords(ribbon: Ribbon, measure: Measure): Word[] {
  const bigger = ribbon.a.value >= ribbon.b.value;
  const [more, less] = bigger ? [ribbon.a, ribbon.b] : [ribbon.b, ribbon.a];
  const verb = verbs(measure);
  if (ribbon.a.place.key === ribbon.b.place.key) {
    return [
      address(more.place),
      plain(` ${verb.send} `),
      number(more.value, measure),
      plain(more.place.kind === "other" ? " among themselves" : " to itself"),
    ];
  }
  const back = less.value > 0 ? number(less.value, measure) : plain("nothing");
  return [
    address(more.place),
    plain(` ${verb.send} `),
    number(more.value, measure),
    plain(" to "),
    address(less.place),
    plain(`, which ${verb.send} `),
    back,
    plain(" back"),
  ];
}

/** "172.16.1.106 sends 73.9 Mb/s and receives 19.5 Mb/s". */
export function arcWords(arc: Arc, measure: Measure): Word[] {
  const verb = verbs(measure);
  return [
    address(arc.place),
    plain(` ${verb.send} `),
    number(arc.sent, measure),
    plain(` and ${verb.receive} `),
    number(arc.received, measure),
  ];
}

export function sentence(words: readonly Word[]): string {
  return words.map((word) => word.text).join("");
}

/** How a place is called. */
export function nameOf(place: Place): string {
  if (place.kind === "other") {
    const things = place.peer === place.key ? "peer" : "endpoint";
    if (place.merged === 0) return "other traffic";
    return `${String(place.merged)} other ${things}${place.merged === 1 ? "" : "s"}`;
  }
  if (place.kind === "group") return `group ${place.address}`;
  return place.address === "" ? "traffic without inner addresses" : place.address;
}

function verbs(measure: Measure): { send: string; receive: string } {
  return measure.window === "last"
    ? { send: "sends", receive: "receives" }
    : { send: "sent", receive: "received" };
}

function plain(text: string): Word {
  return { text, kind: "plain" };
}

function number(amount: number, measure: Measure): Word {
  return { text: amountText(amount, measure), kind: "number" };
}

function address(place: Place): Word {
  const isAddress = place.kind !== "other" && place.address !== "";
  return { text: nameOf(place), kind: isAddress ? "address" : "plain" };
}
