/** What stands before a row and above a column. */
import { shorten } from "../address";
import type { Place } from "../matrix";
import { nameOf } from "../words";
import type { Line } from "./heat";

/** Longest name of a row; a prefix and how many it has fit. */
const LONGEST = 19;

/** @param prefix what is left out, as the corner says it once; "" for whole names. */
export function lineName({ key, kind, places }: Line, prefix: string): string {
  const [first] = places;
  if (kind === "block" || first === undefined) return withoutPrefix(key, prefix);
  return placeName(first, prefix);
}

/** How a row of several is called in a sentence: "172.16.1.96/29, 5 peers together". */
export function lineSentence({ key, kind, places }: Line): string {
  const [first] = places;
  if (kind !== "block") return first ? nameOf(first) : key;
  return `${key}, ${String(places.length)} together`;
}

function placeName(place: Place, prefix: string): string {
  switch (place.kind) {
    case "other":
      return "other";
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

function withoutPrefix(name: string, prefix: string): string {
  const rest = prefix !== "" && name.startsWith(prefix) ? `.${name.slice(prefix.length)}` : name;
  return shorten(rest, LONGEST);
}
