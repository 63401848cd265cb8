/** Buttons, menus and keys: each is one small change of the selection. */
import type { Commands } from "./commands";
import { byId, say } from "./dom";
import type { ExportMenu } from "./export/menu";
import type { FilterBox } from "./filter/box";
import { withWord } from "./filter/edit";
import { exclusionOf } from "./filter/words";
import type { Store } from "./link";
import { Menu, type MenuGroup, type MenuItem } from "./menu";
import { EVERYTHING, isFiltered, up, VIEWS, type Selection } from "./state";
import { thingsOf } from "./things";
import { toggleTheme } from "./theme";

/** Places shown apart, to choose from. */
const TOPS = [5, 10, 20, 50, 100] as const;

export function connectControls(
  store: Store,
  box: FilterBox,
  exports: ExportMenu,
  commands: Commands,
): void {
  const choose = (change: Partial<Selection>): void => {
    store.choose(change);
  };
  for (const { id, change } of SWITCHES) {
    byId(id, HTMLButtonElement).addEventListener("click", () => {
      choose(change);
    });
  }
  const pause = (): void => {
    choose({ paused: !store.now.paused });
  };
  byId("pause", HTMLButtonElement).addEventListener("click", pause);
  byId("rows", HTMLButtonElement).addEventListener("click", () => {
    choose({ twin: !store.now.twin });
  });
  byId("clear", HTMLButtonElement).addEventListener("click", () => {
    choose(cleared());
  });
  byId("theme", HTMLButtonElement).addEventListener("click", toggleTheme);
  connectCopy(byId("link", HTMLButtonElement));
  const tops = new Menu(byId("top", HTMLButtonElement), () => topGroups(store.now, choose));
  new Menu(byId("units", HTMLButtonElement), () => unitGroups(store.now, choose));
  commands.add(
    { key: " ", about: "pause and resume", act: pause },
    ...VIEWS.map((view, i) => ({
      key: String(i + 1),
      about: view,
      act: () => {
        choose({ view });
      },
    })),
    {
      key: "/",
      about: "filter",
      act: () => {
        box.focus();
      },
    },
    {
      key: "u",
      about: "underlay or overlay: peers, or the endpoints behind them",
      act: () => {
        choose({ layer: store.now.layer === "overlay" ? "underlay" : "overlay" });
      },
    },
    {
      key: "g",
      about: "group by peer or by virtual network",
      act: () => {
        choose({ grouping: store.now.grouping === "vni" ? "peer" : "vni" });
      },
    },
    {
      key: "n",
      about: "how many are shown apart",
      act: () => {
        tops.open();
      },
    },
    {
      key: "x",
      about: "leave out what is chosen",
      act: () => {
        const word = exclusionOf(thingsOf(store.now.chosen ?? ""));
        if (word !== "") choose(excluding(store.now, word));
      },
    },
    {
      key: "r",
      about: "the same as rows",
      act: () => {
        choose({ twin: !store.now.twin });
      },
    },
    {
      key: "Escape",
      about: "one step up",
      act: () => {
        choose(up(store.now));
      },
    },
    {
      key: "e",
      about: "export: files of what is shown, the request behind it",
      act: () => {
        exports.toggle();
      },
    },
    { key: "t", about: "dark or light", act: toggleTheme },
  );
}

/** What is excluded is no longer chosen. */
export function excluding({ filter }: Selection, word: string): Partial<Selection> {
  return { filter: withWord(filter, word), chosen: null };
}

interface Switch {
  readonly id: string;
  readonly change: Partial<Selection>;
}

const SWITCHES: readonly Switch[] = [
  { id: "window-last", change: { period: "rate" } },
  { id: "window-total", change: { period: "total" } },
  { id: "unit-bits", change: { unit: "bits" } },
  { id: "unit-packets", change: { unit: "packets" } },
  { id: "size-wire", change: { size: "wire" } },
  { id: "size-inner", change: { size: "inner" } },
  { id: "layer-underlay", change: { layer: "underlay" } },
  { id: "layer-overlay", change: { layer: "overlay" } },
];

/** What is chosen, on the buttons. The period of what is held cannot be changed: see page.md. */
export function drawControls(selection: Selection): void {
  const isHeld = selection.paused && selection.span === null;
  for (const { id, change } of SWITCHES) {
    const button = byId(id, HTMLButtonElement);
    button.setAttribute("aria-pressed", String(isChosen(selection, change)));
    button.disabled =
      (change.period !== undefined && isHeld) ||
      (change.size !== undefined && selection.unit === "packets");
  }
  const { paused, top, grouping, twin } = selection;
  const pause = byId("pause", HTMLButtonElement);
  pause.setAttribute("aria-pressed", String(paused));
  pause.setAttribute("aria-label", paused ? "Resume" : "Pause");
  pause.title = paused ? "Resume (space)" : "Pause (space)";
  say(byId("top-label", HTMLElement), `Top ${String(top)}${grouping === "vni" ? " by VNI" : ""}`);
  say(byId("units-label", HTMLElement), unitsLabel(selection));
  byId("rows", HTMLButtonElement).setAttribute("aria-pressed", String(twin));
  byId("clear", HTMLButtonElement).hidden = !isFiltered(selection);
}

function isChosen(selection: Selection, change: Partial<Selection>): boolean {
  const { period, unit, size, layer } = { ...selection, ...change };
  return (
    period === selection.period &&
    unit === selection.unit &&
    size === selection.size &&
    layer === selection.layer
  );
}

function unitsLabel({ unit, period, size }: Selection): string {
  if (unit === "packets") return period === "rate" ? "packets/s" : "packets";
  return `${size === "inner" ? "inner " : ""}${period === "rate" ? "bits/s" : "bytes"}`;
}

function topGroups(now: Selection, choose: (change: Partial<Selection>) => void): MenuGroup[] {
  const things = now.grouping === "vni" ? "networks" : "peers";
  const item = (top: number): MenuItem => ({
    text: `Top ${String(top)}`,
    isOn: now.top === top,
    act: () => {
      choose({ top, below: 0 });
    },
  });
  const by = (grouping: Selection["grouping"], text: string): MenuItem => ({
    text,
    isOn: now.grouping === grouping,
    act: () => {
      choose({ grouping });
    },
  });
  return [
    { title: `Shown apart, the other ${things} together`, items: TOPS.map(item) },
    { title: "Grouped and coloured by", items: [by("peer", "peer"), by("vni", "virtual network")] },
  ];
}

function unitGroups(now: Selection, choose: (change: Partial<Selection>) => void): MenuGroup[] {
  const item = (text: string, about: string, change: Partial<Selection>): MenuItem => ({
    text,
    about,
    isOn: isChosen(now, change),
    act: () => {
      choose(change);
    },
  });
  return [
    {
      title: "Period",
      items: [
        item("rate", "per second", { period: "rate" }),
        item("total", "since the start", { period: "total" }),
      ],
    },
    {
      title: "Unit",
      items: [item("bits", "", { unit: "bits" }), item("packets", "", { unit: "packets" })],
    },
    {
      title: "Size",
      items: [
        item("wire", "with outer headers", { size: "wire" }),
        item("inner", "inside the tunnels", { size: "inner" }),
      ],
    },
  ];
}

/** Everything chosen is let go; how it is counted stays. */
export function cleared(): Partial<Selection> {
  const { filter, chosen, below, layer } = EVERYTHING;
  return { filter, chosen, below, layer };
}

function connectCopy(button: HTMLButtonElement): void {
  // Browsers have no clipboard for pages that came over plain HTTP from another host.
  button.hidden = !isSecureContext;
  const title = button.title;
  button.addEventListener("click", () => {
    const address = new URL(location.href);
    // A link for a colleague carries the view, not the key to the house.
    address.searchParams.delete("token");
    void navigator.clipboard.writeText(address.href).then(() => {
      button.title = "Copied";
      say(byId("said", HTMLElement), "Link copied");
      setTimeout(() => {
        button.title = title;
      }, 2000);
    });
  });
}
