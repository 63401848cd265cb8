/** Colour means one thing on the whole page: the sending peer, or the network if grouped so. */
import { isGroup, toInteger } from "./address";
import type { Place } from "./matrix";

const SLOTS = 12n;
/** Per cent of the hue of the rim's arc in what stands inside it, in turn; the rest is the background. */
const INSIDE_MIX = [100, 74, 88, 62] as const;

/** The grey of everything that is added up. The hues themselves are in style/tokens.css. */
export const OTHER_COLOUR = "var(--oth)";

/** Which of the 12 hues an address has: stateless, so the same in each view and visit. */
export function slot(address: string): number {
  return Number(toInteger(address) % SLOTS);
}

/** The hue of a key of the rim; null for the grey of what is added up. */
function slotOf(rim: string): number | null {
  if (rim.startsWith("vni:")) {
    const number = Number(rim.slice(4));
    return Number.isNaN(number) ? null : number % Number(SLOTS);
  }
  const isAddress = /[.:]/.test(rim) && !isGroup(rim);
  return isAddress ? slot(rim) : null;
}

/** The CSS colour of a peer or network by its key on the rim; groups, which send nothing, are grey. */
export function rimColour(rim: string): string {
  const hue = slotOf(rim);
  return hue === null ? OTHER_COLOUR : `var(--h${hue})`;
}

/** The CSS colour of the nth place inside an arc. */
export function insideColour(rim: string, nth: number): string {
  const share = INSIDE_MIX[nth % INSIDE_MIX.length] ?? 100;
  return `color-mix(in oklab, ${rimColour(rim)} ${share}%, var(--bg))`;
}

/** The colours of all places of a matrix, in their order. */
export function coloursOf(places: readonly Place[]): string[] {
  const counts = new Map<string, number>();
  return places.map(({ key, rim }) => {
    if (key === rim) return rimColour(rim);
    const nth = counts.get(rim) ?? 0;
    counts.set(rim, nth + 1);
    return insideColour(rim, nth);
  });
}

/** The arcs that share a hue with one before them, and so get a notch. */
export function notched(rims: readonly string[]): Set<string> {
  const taken = new Set<number>();
  return new Set(
    rims.filter((rim) => {
      const hue = slotOf(rim);
      if (hue === null) return false;
      if (taken.has(hue)) return true;
      taken.add(hue);
      return false;
    }),
  );
}
