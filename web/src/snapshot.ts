/** What has arrived and what is shown of it: the newest drain, or the one that is held. */
import type { Drain, Flow, Tunnel } from "./api/drain";
import type { Asked } from "./live";
import { flowKey, remember, tunnelKey, type Roster } from "./roster";

/** A drain, and who keeps a place from those before it. */
export interface Snapshot {
  readonly drain: Drain;
  /** Which rows it has. */
  readonly asked: Asked;
  readonly tunnels: Roster<Tunnel>;
  readonly flows: Roster<Flow>;
}

export interface Hold {
  readonly latest: Snapshot | null;
  /** Shown instead of the latest: while paused, or since the interface is gone. */
  readonly frozen: Snapshot | null;
}

export const NOTHING: Hold = { latest: null, frozen: null };

export function shown(hold: Hold): Snapshot | null {
  return hold.frozen ?? hold.latest;
}

/** How many drains arrived since the one that is shown. */
export function waiting(hold: Hold): number {
  if (hold.frozen === null || hold.latest === null) return 0;
  return Math.max(0, hold.latest.drain.drains - hold.frozen.drain.drains);
}

/**
 * A drain arrives. It is shown, unless something of the same window is held. Once the interface
 * is gone all drains are empty, so the last one before stays.
 */
export function arrive(hold: Hold, drain: Drain, asked: Asked, paused: boolean): Hold {
  const latest = snapshot(hold.latest, drain, asked);
  const gone = drain.status.state === "gone";
  if (!paused && !gone) return { latest, frozen: null };
  if (hold.frozen?.drain.window === drain.window) return { latest, frozen: hold.frozen };
  const before = hold.latest?.drain.window === drain.window ? hold.latest : null;
  return { latest, frozen: gone ? (before ?? latest) : latest };
}

/** Holds what is shown. */
export function pause(hold: Hold): Hold {
  return { ...hold, frozen: shown(hold) };
}

/** Shows the latest again; what is gone stays held. */
export function resume(hold: Hold): Hold {
  const gone = hold.latest?.drain.status.state === "gone";
  return gone ? hold : { ...hold, frozen: null };
}

function snapshot(before: Snapshot | null, drain: Drain, asked: Asked): Snapshot {
  const isAlike = before?.asked.window === asked.window && before.asked.filter === asked.filter;
  const related = isAlike && asked.window === "last" ? before : null;
  const seconds = related ? drain.time - related.drain.time : 0;
  const flows = related?.asked.peer === asked.peer ? related.flows : new Map<string, never>();
  return {
    drain,
    asked,
    tunnels: remember(
      related?.tunnels ?? new Map<string, never>(),
      drain.tunnels,
      tunnelKey,
      seconds,
    ),
    flows: remember(flows, drain.flows, flowKey, seconds),
  };
}
