/** What this browser keeps quiet for a while. The monitor, and whoever else looks, does not know. */

const STORED = "tunnel-monitor.mutes";
const MOST = 200;

/** Id of a finding -> until when, in seconds since 1970. */
export type Mutes = ReadonlyMap<string, number>;

/** Those that still hold. */
export function mutesAt(now: number): Mutes {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? "{}");
    if (typeof stored !== "object" || stored === null) return new Map();
    return new Map(Object.entries(stored).filter(([, until]) => isLater(until, now)));
  } catch {
    return new Map();
  }
}

/** @param until seconds since 1970; null to hear of it again. */
export function mute(id: string, until: number | null, now: number): void {
  const kept = new Map(mutesAt(now));
  kept.delete(id);
  if (until !== null) kept.set(id, until);
  try {
    localStorage.setItem(STORED, JSON.stringify(Object.fromEntries([...kept].slice(-MOST))));
  } catch {
    // Without storage nothing can be muted.
  }
}

function isLater(until: unknown, now: number): until is number {
  return typeof until === "number" && until > now;
}
