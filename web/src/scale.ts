/** One unit for many numbers, so that they can be compared at a glance: said once, in a heading. */
import { quantity, THIN, type Measure } from "./format";

export interface Scale {
  /** "Mb/s". */
  readonly unit: string;
  /** How many of the measure's unit are one of this. */
  readonly per: number;
}

/** The unit in which the largest of the numbers is written. */
export function scaleFor(most: number, measure: Measure): Scale {
  const base = quantity(0, measure).unit;
  const { unit } = quantity(most, measure);
  const power = ["", "k", "M", "G", "T", "P"].findIndex((prefix) => unit === prefix + base);
  return { unit, per: 1000 ** Math.max(0, power) };
}

/** At most four characters: "286", "44.7", "0.9"; a dot for what is less than 0.1. */
export function onScale(amount: number, { per, unit }: Scale): string {
  const value = amount / per;
  const isWhole = per === 1 && (unit === "pkt" || unit === "B");
  if (isWhole || value >= 99.95) return value.toFixed(0);
  return value < 0.05 ? "·" : value.toFixed(1);
}

/** "sent, Mb/s": a heading with its unit. */
export function headed(words: string, { unit }: Scale): string {
  return `${words},${THIN}${unit}`;
}
