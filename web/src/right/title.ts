/** How a subject is called, and its key figures. */
import { sum } from "../amounts";
import type { Subject } from "../subject";
import type { Thing } from "../things";
import type { Traffic } from "../traffic";
import { counted, nameOf } from "../words";

export interface Title {
  readonly name: string;
  readonly isAddress: boolean;
  /** Whose colour it has; null for none. */
  readonly rim: string | null;
  /** Small, beside or below the name. */
  readonly note: string;
  readonly figures: readonly [label: string, amount: number][];
  /** What its share is of everything. */
  readonly share: number;
  readonly shareOf: string;
  /** Whether its past is that of the colour. */
  readonly hasCurve: boolean;
}

export function titleOf(subject: Subject, traffic: Traffic): Title {
  const { things, sent, received } = subject;
  const [first, second] = things;
  if (second !== undefined && first !== undefined) {
    return {
      name: `${shortName(first, traffic)} → ${shortName(second, traffic)}`,
      isAddress: true,
      rim: first.peer === "" ? null : first.peer,
      note: networkNote(things),
      figures: [
        ["→ this way", sent],
        ["← the other way", received],
      ],
      share: sent + received,
      shareOf: "of everything",
      hasCurve: false,
    };
  }
  const own = first ? naming(first, traffic) : { name: "", isAddress: false, note: "" };
  if (first?.kind === "network") {
    const total = sum(subject.rows.map(traffic.amount));
    const peers = new Set(subject.rows.flatMap((row) => [row.outer_src, row.outer_dst]));
    return {
      ...own,
      rim: null,
      figures: [["in all", total]],
      share: total,
      shareOf: `of everything · ${counted(peers.size, "peer")}`,
      hasCurve: false,
    };
  }
  return {
    ...own,
    rim: first === undefined || first.peer === "" ? null : first.peer,
    figures: [
      ["↑ sends", sent],
      ["↓ receives", received],
    ],
    share: sent,
    shareOf: "of all sent",
    hasCurve: first?.kind === "peer",
  };
}

function naming(thing: Thing, traffic: Traffic): Pick<Title, "name" | "isAddress" | "note"> {
  const name = shortName(thing, traffic);
  const alias = traffic.drain.names.get(name) ?? "";
  const isAddress = name === thing.address || name === thing.peer;
  const isInside = thing.kind === "endpoint" || thing.kind === "part";
  const notes = [
    alias,
    isInside && name !== thing.peer ? `behind ${thing.peer}` : "",
    thing.kind === "network" || thing.vni === null ? "" : `VNI ${String(thing.vni)}`,
  ];
  return { name, isAddress, note: notes.filter((text) => text !== "").join(" · ") };
}

function shortName(thing: Thing, { rim, inside }: Traffic): string {
  if (thing.kind === "peer" || thing.kind === "part") return thing.peer;
  if (thing.kind === "endpoint" && thing.address !== "") return thing.address;
  const place = [...rim.places, ...inside.places].find(({ key }) => key === thing.key);
  if (place) return nameOf(place);
  return thing.kind === "network" ? `VNI ${String(thing.vni ?? "none")}` : thing.kind;
}

function networkNote(things: readonly Thing[]): string {
  const vnis = new Set(things.flatMap(({ vni }) => (vni === null ? [] : [vni])));
  return [...vnis].map((vni) => `VNI ${String(vni)}`).join(", ");
}
