/** Which places, in drawings or chosen, open findings are about. */
import type { Place } from "../matrix";
import { OTHER, type Thing } from "../things";
import { pressing, type Found, type Told } from "./found";

/** Key of a place -> the findings about it, worst first. */
export type Concerned = ReadonlyMap<string, readonly Told[]>;

/** A place of a matrix, a box of the sankey, or what is chosen. */
type Where = Pick<Place | Thing, "key" | "kind" | "peer" | "address" | "vni">;

/** @param places all that are drawn; what is at none of its own is in "other". */
export function concernedBy(found: Found, places: readonly Where[]): Concerned {
  const concerned = new Map<string, Told[]>();
  const rows = pressing(found);
  if (rows.length === 0) return concerned;
  const shown = new Set(places.flatMap(({ address, peer }) => [address, peer]));
  for (const place of places) {
    const isOther = place.key === OTHER;
    const about = rows.filter((row) =>
      isOther ? row.peers.some((peer) => !shown.has(peer)) : isAbout(row, place),
    );
    if (about.length > 0) concerned.set(place.key, about);
  }
  return concerned;
}

/** Those about what is chosen: one thing, or what passes between two. */
export function concerning(found: Found, things: readonly Thing[]): readonly Told[] {
  return pressing(found).filter((row) => {
    const about = things.filter((thing) => isAbout(row, thing));
    return row.between ? about.length > 0 && about.length === things.length : about.length > 0;
  });
}

/** "; 2 open findings: …". */
export function concernWords(about: readonly Told[] | undefined): string {
  if (about === undefined || about.length === 0) return "";
  const titles = about.map(({ title }) => title).join(", ");
  return `; ${about.length === 1 ? "open finding" : `${String(about.length)} open findings`}: ${titles}`;
}

function isAbout(row: Told, place: Where): boolean {
  const { kind, peer, vni } = place;
  const isNetwork = row.vni === null || vni === null || row.vni === vni;
  const isPeer = row.peers.includes(peer);
  switch (kind) {
    case "peer":
      return isPeer;
    case "part":
      return isPeer && isNetwork;
    case "network":
      return row.vni !== null && row.vni === vni;
    case "endpoint": {
      const isBehind = peer === "" || row.peers.length === 0 || isPeer;
      return row.endpoints.includes(place.address) && isNetwork && isBehind;
    }
    default:
      return false;
  }
}
