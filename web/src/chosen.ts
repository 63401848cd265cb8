/** Which places of a matrix stand for what is chosen: itself, or what it is added up in. */
import type { Place } from "./matrix";
import { thingsOf, type Thing } from "./things";

export interface Standing {
  /** Whether the place is, or stands for, what is chosen, or one of its two ends. */
  readonly place: (place: Place) => boolean;
  /** Whether what goes between both has to do with it. */
  readonly pair: (a: Place, b: Place) => boolean;
}

/** Null for a key that is none, so that nothing fades. */
export function standingFor(places: readonly Place[], key: string | null): Standing | null {
  const [one, two] = thingsOf(key ?? "").map((thing) => standIns(places, thing));
  if (one === undefined || one.size + (two?.size ?? 0) === 0) return null;
  const [first, second] = [one, two ?? null];
  return {
    place: ({ key: own }) => first.has(own) || second?.has(own) === true,
    pair: (a, b) => {
      if (second === null) return first.has(a.key) || first.has(b.key);
      return (first.has(a.key) && second.has(b.key)) || (first.has(b.key) && second.has(a.key));
    },
  };
}

function standIns(places: readonly Place[], thing: Thing): Set<string> {
  const exact = places.filter(({ key }) => key === thing.key);
  const own = exact.length > 0 ? exact : places.filter((place) => holds(place, thing));
  return new Set(own.map(({ key }) => key));
}

/** Whether a place is a part of a thing, or the thing a part of what the place adds up. */
function holds(place: Place, thing: Thing): boolean {
  switch (thing.kind) {
    case "peer":
    case "others":
      return place.peer === thing.peer && place.peer !== "";
    case "network":
      return place.vni === thing.vni && place.kind !== "peer";
    case "part":
    case "endpoint": {
      if (place.peer !== thing.peer) return false;
      const isWhole = place.kind === "peer" || place.kind === "other";
      return isWhole || (place.vni === thing.vni && place.kind !== "endpoint");
    }
    default:
      return false;
  }
}
