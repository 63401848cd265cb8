/** What is chosen, and how that reads in the page's address. Each choice is a step of "back". */
import type { WindowName } from "./api";

export type ViewName = "chord" | "table";
export type UnitName = "bits" | "packets";
/** A VNI, "none" for traffic without one, or null for all. */
export type VniChoice = number | "none" | null;

export interface Selection {
  readonly view: ViewName;
  readonly peer: string | null;
  readonly vni: VniChoice;
  readonly window: WindowName;
  readonly unit: UnitName;
  readonly paused: boolean;
}

/** Raised whenever an older page could misread a link. */
const LINK_VERSION = "1";

export const EVERYTHING: Selection = {
  view: "chord",
  peer: null,
  vni: null,
  window: "last",
  unit: "bits",
  paused: false,
};

/** The fragment for a selection: "" for the first screen, else "#v=1&…", defaults left out. */
export function writeLink(selection: Selection): string {
  const words = new URLSearchParams();
  if (selection.view !== EVERYTHING.view) words.set("view", selection.view);
  if (selection.peer !== null) words.set("peer", selection.peer);
  if (selection.vni !== null) words.set("vni", String(selection.vni));
  if (selection.window !== EVERYTHING.window) words.set("window", selection.window);
  if (selection.unit !== EVERYTHING.unit) words.set("unit", selection.unit);
  if (selection.paused) words.set("paused", "1");
  // Colons are legal in a fragment, and an IPv6 address stays readable.
  const text = words.toString().replaceAll("%3A", ":");
  return text === "" ? "" : `#v=${LINK_VERSION}&${text}`;
}

/** The selection in a fragment; what is unknown, or of another version, counts as not chosen. */
export function readLink(fragment: string): Selection {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  if (words.get("v") !== LINK_VERSION) return EVERYTHING;
  return {
    view: words.get("view") === "table" ? "table" : "chord",
    peer: readPeer(words.get("peer")),
    vni: readVni(words.get("vni")),
    window: words.get("window") === "total" ? "total" : "last",
    unit: words.get("unit") === "packets" ? "packets" : "bits",
    paused: words.get("paused") === "1",
  };
}

/** One step up: first out of the peer, then out of the virtual network. */
export function up(selection: Selection): Selection {
  if (selection.peer !== null) return { ...selection, peer: null };
  return { ...selection, vni: null };
}

export function isFiltered(selection: Selection): boolean {
  return selection.peer !== null || selection.vni !== null;
}

/** Whether a row of that VNI is shown. */
export function showsVni(choice: VniChoice, vni: number | null): boolean {
  return choice === null || (choice === "none" ? vni === null : vni === choice);
}

/** The selection, kept in the address of the page. */
export interface Store {
  readonly now: Selection;
  /** Choose something else; the rest stays. */
  choose(change: Partial<Selection>): void;
}

/** @param changed called after each change, whether chosen here or by the "back" button. */
export function keepInAddress(page: Window, changed: (selection: Selection) => void): Store {
  let now = readLink(page.location.hash);
  page.addEventListener("popstate", () => {
    now = readLink(page.location.hash);
    changed(now);
  });
  return {
    get now() {
      return now;
    },
    choose(change) {
      const next = { ...now, ...change };
      const { pathname, search } = page.location;
      if (writeLink(next) === writeLink(now)) return;
      now = next;
      page.history.pushState(null, "", pathname + search + writeLink(next));
      changed(now);
    },
  };
}

function readVni(word: string | null): VniChoice {
  if (word === "none") return "none";
  return word !== null && /^\d{1,10}$/.test(word) ? Number(word) : null;
}

/** Only characters of an address: the word also becomes part of a request. */
function readPeer(word: string | null): string | null {
  return word !== null && /^[0-9a-fA-F.:]{2,45}$/.test(word) ? word : null;
}
