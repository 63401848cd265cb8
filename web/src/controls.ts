/** Buttons and keys: each is one small change of the selection. */
import { byId } from "./dom";
import { EVERYTHING, up, type Selection, type Store } from "./state";
import { toggleTheme } from "./theme";

export function connectControls(store: Store): void {
  const press = (id: string, change: () => Partial<Selection>): void => {
    byId(id, HTMLButtonElement).addEventListener("click", () => {
      store.choose(change());
    });
  };
  press("pause", () => ({ paused: !store.now.paused }));
  press("window-last", () => ({ window: "last" }));
  press("window-total", () => ({ window: "total" }));
  press("unit-bits", () => ({ unit: "bits" }));
  press("unit-packets", () => ({ unit: "packets" }));
  press("tab-chord", () => ({ view: "chord" }));
  press("tab-table", () => ({ view: "table" }));
  byId("theme", HTMLButtonElement).addEventListener("click", toggleTheme);
  byId("help-open", HTMLButtonElement).addEventListener("click", showHelp);
  connectCopy(byId("link", HTMLButtonElement));
  connectTabs();
  document.addEventListener("keydown", (event) => {
    if (isForPage(event) && act(event.key, store)) event.preventDefault();
  });
}

/** What is chosen, on the buttons. A held window can only be left by going on. */
export function drawControls({ view, window, unit, paused }: Selection): void {
  const pressed = (id: string, on: boolean): HTMLButtonElement => {
    const button = byId(id, HTMLButtonElement);
    button.setAttribute("aria-pressed", String(on));
    return button;
  };
  const pause = pressed("pause", paused);
  pause.setAttribute("aria-label", paused ? "Resume" : "Pause");
  pause.title = paused ? "Resume (space)" : "Pause (space)";
  pressed("window-last", window === "last").disabled = paused;
  pressed("window-total", window === "total").disabled = paused;
  pressed("unit-bits", unit === "bits");
  pressed("unit-packets", unit === "packets");
  for (const name of ["chord", "table"] as const) {
    const tab = byId(`tab-${name}`, HTMLButtonElement);
    tab.setAttribute("aria-selected", String(name === view));
    tab.tabIndex = name === view ? 0 : -1;
  }
}

function act(key: string, store: Store): boolean {
  switch (key) {
    case " ":
      store.choose({ paused: !store.now.paused });
      return true;
    case "1":
      store.choose({ view: "chord" });
      return true;
    case "2":
      store.choose({ view: "table" });
      return true;
    case "Escape":
      store.choose(up(store.now));
      return true;
    case "t":
      toggleTheme();
      return true;
    case "?":
      showHelp();
      return true;
    default:
      return false;
  }
}

/** Everything chosen is let go; how it is counted stays. */
export function cleared(): Partial<Selection> {
  return { peer: EVERYTHING.peer, vni: EVERYTHING.vni };
}

/** Not while a dialog is open, a modifier is held, or space would press a focused button. */
function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (byId("help", HTMLDialogElement).open) return false;
  const onControl = event.target instanceof Element && event.target.closest("button, a, input");
  return !(event.key === " " && onControl);
}

function showHelp(): void {
  byId("help", HTMLDialogElement).showModal();
}

/** Arrow keys go from tab to tab, as screen reader users expect. */
function connectTabs(): void {
  const tabs = ["chord", "table"].map((name) => byId(`tab-${name}`, HTMLButtonElement));
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      next?.focus();
      next?.click();
    });
  }
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
      setTimeout(() => {
        button.title = title;
      }, 2000);
    });
  });
}
