/** What a plot of the past is stacked by, in words. */
import type { Selection } from "../state";
import { seriesBy } from "./series";

const WORDS = {
  peer: "sending peer",
  segment: "virtual network",
  endpoint: "sending endpoint",
} as const;

export function stackedBy(selection: Selection): string {
  return WORDS[seriesBy(selection)];
}

/** "Wire rate by sending peer". */
export function pastTitle(selection: Selection): string {
  const { unit, size } = selection;
  const what = unit === "packets" ? "Packet rate" : size === "inner" ? "Inner rate" : "Wire rate";
  return `${what} by ${stackedBy(selection)}`;
}
