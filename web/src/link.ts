/** The selection in the page's address. Each choice is a step of "back". */
import { withValue } from "./filter/edit";
import { readOrder, ROW_KINDS } from "./table/rows";
import { isKey } from "./things";
import { BACKS_S, EVERYTHING, VIEWS, type Selection, type Span } from "./state";

/** Raised whenever an older page could misread a link. */
const LINK_VERSION = "2";
const MOST_PLACES = 500;

/** The fragment for a selection: "" for the first screen, else "#v=2&…", defaults left out. */
export function writeLink(selection: Selection): string {
  const words = new URLSearchParams();
  const put = (name: string, value: string, usual: string): void => {
    if (value !== usual) words.set(name, value);
  };
  put("view", selection.view, EVERYTHING.view);
  put("layer", selection.layer, EVERYTHING.layer);
  put("by", selection.grouping, EVERYTHING.grouping);
  put("top", String(selection.top), String(EVERYTHING.top));
  put("below", String(selection.below), String(EVERYTHING.below));
  put("filter", selection.filter, EVERYTHING.filter);
  put("chosen", selection.chosen ?? "", "");
  put("twin", selection.twin ? "1" : "", "");
  put("unit", selection.unit, EVERYTHING.unit);
  put("size", selection.size, EVERYTHING.size);
  put("period", selection.period, EVERYTHING.period);
  put("rows", selection.rows, EVERYTHING.rows);
  put("sort", selection.sort, EVERYTHING.sort);
  put("finding", selection.finding ?? "", "");
  put("paused", selection.paused ? "1" : "", "");
  put("back", String(selection.back_s), String(EVERYTHING.back_s));
  put("span", spanText(selection.span), "");
  put("before", spanText(selection.before), "");
  // What is legal in a fragment stays readable: addresses, networks and prefixes.
  const text = words.toString().replace(/%(3A|2F|21|2A|7C)/g, (code) => decodeURIComponent(code));
  return text === "" ? "" : `#v=${LINK_VERSION}&${text}`;
}

/** The selection in a fragment; what is unknown, or of a later version, counts as not chosen. */
export function readLink(fragment: string): Selection {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  switch (words.get("v")) {
    case LINK_VERSION:
      return readWords(words);
    case "1":
      return readFirst(words);
    default:
      return EVERYTHING;
  }
}

/** Whether a later version of this page wrote it: its words may mean what this one cannot know. */
export function isNewer(fragment: string): boolean {
  const version = new URLSearchParams(fragment.replace(/^#/, "")).get("v") ?? "";
  return /^\d+$/.test(version) && Number(version) > Number(LINK_VERSION);
}

function readWords(words: URLSearchParams): Selection {
  const chosen = words.get("chosen");
  return {
    view: VIEWS.find((name) => name === words.get("view")) ?? EVERYTHING.view,
    layer: words.get("layer") === "overlay" ? "overlay" : "underlay",
    grouping: words.get("by") === "vni" ? "vni" : "peer",
    top: readCount(words.get("top"), 1) ?? EVERYTHING.top,
    below: readCount(words.get("below"), 0) ?? EVERYTHING.below,
    filter: words.get("filter") ?? EVERYTHING.filter,
    chosen: chosen !== null && isKey(chosen) ? chosen : null,
    twin: words.get("twin") === "1",
    unit: words.get("unit") === "packets" ? "packets" : "bits",
    size: words.get("size") === "inner" ? "inner" : "wire",
    period: words.get("period") === "total" ? "total" : "rate",
    paused: words.get("paused") === "1",
    rows: ROW_KINDS.find((kind) => kind === words.get("rows")) ?? EVERYTHING.rows,
    sort: readOrder(words.get("sort") ?? "") === null ? "" : (words.get("sort") ?? ""),
    finding: /^[0-9a-f]{1,64}$/.exec(words.get("finding") ?? "")?.[0] ?? null,
    back_s: BACKS_S.find((back_s) => String(back_s) === words.get("back")) ?? EVERYTHING.back_s,
    span: readSpan(words.get("span")),
    before: readSpan(words.get("before")),
  };
}

/** The first version had no filter: a peer, opened, and a network. */
function readFirst(words: URLSearchParams): Selection {
  const [peer, vni] = [words.get("peer"), words.get("vni")];
  const isPeer = peer !== null && /^[0-9a-fA-F.:]{2,45}$/.test(peer);
  const isVni = vni !== null && /^(none|\d{1,10})$/.test(vni);
  const filter = withValue("", "vni", isVni ? vni : null);
  return {
    ...EVERYTHING,
    view: words.get("view") === "table" ? "table" : "chord",
    layer: isPeer ? "overlay" : "underlay",
    filter: withValue(filter, "peer", isPeer ? peer : null),
    period: words.get("window") === "total" ? "total" : "rate",
    unit: words.get("unit") === "packets" ? "packets" : "bits",
    paused: words.get("paused") === "1",
  };
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

/** A store in which everything stays paused. */
export function held(store: Store): Store {
  return {
    get now() {
      return { ...store.now, paused: true };
    },
    choose(change) {
      store.choose({ ...change, paused: true });
    },
  };
}

/** "1763800000-1763800300.5"; "" for none. */
function spanText(span: Span | null): string {
  return span === null ? "" : `${String(span.from)}-${String(span.to)}`;
}

function readSpan(word: string | null): Span | null {
  const [, from, to] = /^(\d{1,12}(?:\.\d{1,9})?)-(\d{1,12}(?:\.\d{1,9})?)$/.exec(word ?? "") ?? [];
  if (from === undefined || to === undefined || Number(from) >= Number(to)) return null;
  return { from: Number(from), to: Number(to) };
}

function readCount(word: string | null, least: number): number | null {
  if (word === null || !/^\d{1,5}$/.test(word)) return null;
  const count = Number(word);
  return count >= least && count <= MOST_PLACES ? count : null;
}
