/** How big the diagram is drawn: from the size of its place on the page to radii and distances. */

/** `phone`: short labels with one rate; `wide`: from 2000 px, all type larger. */
export type SizeClass = "phone" | "desk" | "wide";

export interface Frame {
  readonly size: SizeClass;
  readonly width: number;
  readonly height: number;
  /** Centre of the circle. */
  readonly x: number;
  readonly y: number;
  /** Outer and inner radius of the peers' arcs. */
  readonly outer: number;
  readonly inner: number;
  /** Radii of the endpoints' arcs, when a peer is open. */
  readonly endpointOuter: number;
  readonly endpointInner: number;
  /** Distance of peer labels from the circle, and between two of them. */
  readonly labelDistance: number;
  readonly labelPitch: number;
  readonly open: boolean;
  /** Height of the two lines of a label, in px of type. */
  readonly type: { readonly address: number; readonly rate: number; readonly endpoint: number };
  /** How wide a label may become. */
  readonly labelWidth: number;
  /** The corner at the bottom left that belongs to the legend: its right and upper edge. */
  readonly legend: { readonly right: number; readonly top: number } | null;
}

const CLASSES = {
  phone: { ring: 10, label: 13, pitch: 30, top: 46, side: 78, width: 60, legend: [250, 30] },
  desk: { ring: 14, label: 20, pitch: 33, top: 58, side: 152, width: 140, legend: [264, 50] },
  wide: { ring: 20, label: 26, pitch: 42, top: 72, side: 196, width: 170, legend: [320, 58] },
} as const;

/** As in style/tokens.css. */
const TYPE = {
  phone: { address: 11, rate: 11, endpoint: 11 },
  desk: { address: 12, rate: 11, endpoint: 11 },
  wide: { address: 15, rate: 13, endpoint: 13 },
} as const;

/** Thickness of a peer's arc while endpoints stand inside it, and of theirs. */
const THIN_RING = 5;
const OPEN_PHONE_SIDE = 50;
/** Width of a character of the monospaced face, in parts of its size. */
const CHARACTER = 0.6;

/**
 * @param labelLength characters of the longest endpoint label; null while no peer is open.
 */
export function frameFor(
  width: number,
  height: number,
  wide: boolean,
  labelLength: number | null,
): Frame {
  const size = width < 560 ? "phone" : wide ? "wide" : "desk";
  const is = CLASSES[size];
  const open = labelLength !== null;
  const room = open ? labelLength * CHARACTER * TYPE[size].endpoint + 10 : 0;
  const phone = size === "phone";
  // On a phone an open peer leaves room for short names alone, see labels.ts.
  const side = phone && open ? OPEN_PHONE_SIDE : is.side;
  const outer = Math.max(40, Math.min(height / 2 - is.top - room * 0.6, width / 2 - side - room));
  const endpointBand = size === "wide" ? 21 : phone ? 10 : 15;
  return {
    size,
    width,
    height,
    x: width / 2,
    y: height / 2 + (phone ? 6 : 10),
    outer,
    inner: outer - (open ? THIN_RING : is.ring),
    endpointOuter: outer - 9,
    endpointInner: outer - 9 - endpointBand,
    labelDistance: is.label + room,
    labelPitch: is.pitch,
    open,
    type: TYPE[size],
    labelWidth: is.width,
    legend: phone && !open ? null : { right: is.legend[0], top: height - is.legend[1] },
  };
}

/** Where the ribbons end. */
export function ribbonRadius(frame: Frame, open: boolean): number {
  return open ? frame.endpointInner - 3 : frame.inner - (frame.size === "phone" ? 2 : 4);
}
