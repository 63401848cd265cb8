/** How big the circle is drawn: from the size of its place on the page to radii and distances. */
import type { Radii } from "./motion";

/** `phone`: short labels with one rate; `wide`: from 2000 px, all type larger. */
export type SizeClass = "phone" | "desk" | "wide";

export interface Frame {
  readonly size: SizeClass;
  readonly width: number;
  readonly height: number;
  /** Centre of the circle. */
  readonly x: number;
  readonly y: number;
  /** Outer radius of the rim. */
  readonly outer: number;
  /** Of an arc that is whole, and of one that is opened. */
  readonly closed: Radii;
  readonly opened: Radii;
  /** Distance of the rim's labels from the circle, and between two of them. */
  readonly labelDistance: number;
  readonly labelPitch: number;
  /** What the names of what stands inside an opened arc take beside it. */
  readonly namesRoom: number;
  /** Height of the two lines of a label, in px of type. */
  readonly type: { readonly address: number; readonly rate: number; readonly inside: number };
  /** How wide a label may become. */
  readonly labelWidth: number;
  /** The corner at the bottom left that belongs to the legend: its right and upper edge. */
  readonly legend: { readonly right: number; readonly top: number } | null;
}

const CLASSES = {
  phone: { ring: 10, label: 13, pitch: 30, top: 46, side: 78, width: 60, legend: [250, 264, 30] },
  desk: { ring: 14, label: 20, pitch: 33, top: 58, side: 152, width: 140, legend: [264, 344, 50] },
  wide: { ring: 20, label: 26, pitch: 42, top: 72, side: 196, width: 170, legend: [320, 424, 58] },
} as const;

/** As in style/tokens.css. */
const TYPE = {
  phone: { address: 11, rate: 11, inside: 11 },
  desk: { address: 12, rate: 11, inside: 11 },
  wide: { address: 15, rate: 13, inside: 13 },
} as const;

/** Thickness of an opened arc, and of what stands inside it. */
const THIN_RING = 5;
const INSIDE_RING = { phone: 10, desk: 15, wide: 21 } as const;
/** Between an opened arc and what stands inside it. */
const INSIDE_GAP = 4;
const OPEN_PHONE_SIDE = 50;
/** Width of a character of the monospaced face, in parts of its size. */
const CHARACTER = 0.6;

/** How much of the circle is open: nothing, one arc of it, or all. */
export type Openness = "closed" | "one" | "all";

/** @param nameLength characters of the longest name inside. */
export function frameFor(
  width: number,
  height: number,
  wide: boolean,
  openness: Openness,
  nameLength: number,
): Frame {
  const size = width < 560 ? "phone" : wide ? "wide" : "desk";
  const is = CLASSES[size];
  const phone = size === "phone";
  const namesRoom = openness === "closed" ? 0 : nameLength * CHARACTER * TYPE[size].inside + 10;
  // One opened arc changes nothing but itself; its label moves out alone.
  const taken = openness === "all" ? namesRoom : 0;
  // On a phone only short names stand beside an open circle: see labels.ts.
  const side = phone && openness === "all" ? OPEN_PHONE_SIDE : is.side;
  const outer = Math.max(40, Math.min(height / 2 - is.top - taken * 0.6, width / 2 - side - taken));
  const insideOuter = outer - THIN_RING - INSIDE_GAP;
  const insideInner = insideOuter - INSIDE_RING[size];
  const [short, long, top] = is.legend;
  const right = openness === "closed" ? short : long;
  const radii = { outer, insideOuter, insideInner };
  return {
    size,
    width,
    height,
    x: width / 2,
    y: height / 2 + (phone ? 6 : 10),
    outer,
    closed: { ...radii, inner: outer - is.ring, ribbon: outer - is.ring - (phone ? 2 : 4) },
    opened: { ...radii, inner: outer - THIN_RING, ribbon: insideInner - 3 },
    labelDistance: is.label,
    labelPitch: is.pitch,
    namesRoom,
    type: TYPE[size],
    labelWidth: is.width,
    legend: phone && openness === "closed" ? null : { right, top: height - top },
  };
}
