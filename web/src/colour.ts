/** Colour means sending peer, on the whole page. The hues themselves are in style/tokens.css. */
import { isGroup, toInteger } from "./address";

const SLOTS = 12n;
/** Per cent of the peer's hue in its endpoints' arcs, in turn; the rest is the background. */
const ENDPOINT_MIX = [100, 74, 88, 62] as const;

/** The grey of everything that is added up as "other". */
export const OTHER = "var(--oth)";

/** Which of the 12 hues an address has: stateless, so the same in each view and visit. */
export function slot(address: string): number {
  return Number(toInteger(address) % SLOTS);
}

/** The CSS colour of a peer; "other", and groups, which send nothing, are grey. */
export function peerColour(address: string): string {
  return address === "other" || isGroup(address) ? OTHER : `var(--h${slot(address)})`;
}

/** The CSS colour of a peer's endpoint, by its place among them. */
export function endpointColour(peer: string, place: number): string {
  const share = ENDPOINT_MIX[place % ENDPOINT_MIX.length] ?? 100;
  return `color-mix(in oklab, ${peerColour(peer)} ${share}%, var(--bg))`;
}

/** The peers that share a hue with one before them, and so get a notch in their arc. */
export function notched(peers: readonly string[]): Set<string> {
  const taken = new Set<number>();
  return new Set(
    peers.filter((peer) => {
      const hue = slot(peer);
      if (peerColour(peer) === OTHER) return false;
      if (taken.has(hue)) return true;
      taken.add(hue);
      return false;
    }),
  );
}
