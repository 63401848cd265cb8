/** What stands before a row and above a column, and what a cell says. */
import { shorten } from "../address";
import { aliasOf, type Named } from "../alias";
import { concernWords, type Concerned } from "../findings/concerned";
import type { Told } from "../findings/found";
import { amountText, type Measure } from "../format";
import type { Place } from "../matrix";
import { wholeNameOf } from "../words";
import type { Line } from "./heat";

/** Longest name of a row. */
const LONGEST = 19;

/** @param prefix what is left out, as the corner says it once; "" for whole names. */
export function lineName({ key, kind, places }: Line, prefix: string): string {
  const [first] = places;
  if (kind === "block" || first === undefined) return withoutPrefix(plain(key), prefix);
  return placeName(first, prefix);
}

/** The same with the name of its address, which leaves the prefix out as in the circle. */
export function namedLine(line: Line, prefix: string, isShort: boolean): Named {
  const [first] = line.places;
  const alias = line.kind === "block" || first === undefined ? "" : aliasOf(first.name);
  return [lineName(line, isShort || alias !== "" ? prefix : ""), alias];
}

/** What open findings are about a line, or some of what it has together. */
export function concernsOf({ places }: Line, concerned: Concerned): Told[] {
  return [...new Set(places.flatMap(({ key }) => concerned.get(key) ?? []))];
}

/** The same in words; "" for none. */
export function concernText(line: Line, concerned: Concerned): string {
  return concernWords(concernsOf(line, concerned)).replace(/^; /, "");
}

/** The word that filters for what a line has together: "outer:172.16.1.96/29". */
export function unfoldingWord({ key, places }: Line): string {
  const [first, last] = [places.at(0), places.at(-1)];
  if (!key.startsWith("vni:")) return `outer:${key}`;
  const range = [first?.vni, last?.vni].map((vni) => (vni == null ? "none" : String(vni)));
  return `vni:${range.join("-")}`;
}

/** "172.16.1.106 sends 44.7 Mb/s to 172.16.1.102". */
export function cellWords(row: Line, column: Line, value: number, measure: Measure): string {
  const verb = measure.period === "rate" ? "sends" : "sent";
  const amount = value > 0 ? amountText(value, measure) : "nothing";
  const isSame = row.key === column.key;
  const to = !isSame ? `to ${longName(column)}` : isOne(row) ? "to itself" : "among themselves";
  return `${longName(row)} ${verb} ${amount} ${to}`;
}

/** How a row of several is called in a sentence: "172.16.1.96/29, 5 together,". */
function longName({ key, kind, places }: Line): string {
  const [first] = places;
  if (kind !== "block") return first ? wholeNameOf(first) : key;
  return `${plain(key)} (${String(places.length)} together)`;
}

function isOne({ kind, places: [first] }: Line): boolean {
  return kind !== "block" && first?.merged === 1;
}

function placeName(place: Place, prefix: string): string {
  switch (place.kind) {
    case "other":
      return place.peer === "" ? "other" : `other ${tail(place.peer)}`;
    case "groups":
      return "groups";
    case "first":
      return `top ${String(place.merged)}`;
    case "network":
      return place.vni === null ? "no VNI" : String(place.vni);
    default:
      return place.address === "" ? "no IP" : withoutPrefix(place.address, prefix);
  }
}

/** The end of an address, which tells neighbours apart: ".108". */
function tail(address: string): string {
  return /[.:][^.:]*$/.exec(address)?.[0] ?? address;
}

/** Keys of networks without the word before them. */
function plain(key: string): string {
  return key.replaceAll("vni:", "");
}

function withoutPrefix(name: string, prefix: string): string {
  const isInside = prefix !== "" && name.startsWith(prefix);
  return shorten(isInside ? `.${name.slice(prefix.length)}` : name, LONGEST);
}
