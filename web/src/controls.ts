/** Buttons and keys: each is one small change of the selection. */
import { byId } from "./dom";
import type { ExportMenu } from "./export/menu";
import type { FilterBox } from "./filter/box";
import type { Store } from "./link";
import { EVERYTHING, up, VIEWS, type Selection } from "./state";
import { toggleTheme } from "./theme";

export function connectControls(store: Store, box: FilterBox, exports: ExportMenu): void {
  const press = (id: string, change: () => Partial<Selection>): void => {
    byId(id, HTMLButtonElement).addEventListener("click", () => {
      store.choose(change());
    });
  };
  press("pause", () => ({ paused: !store.now.paused }));
  press("window-last", () => ({ period: "rate" }));
  press("window-total", () => ({ period: "total" }));
  press("unit-bits", () => ({ unit: "bits" }));
  press("unit-packets", () => ({ unit: "packets" }));
  press("layer-underlay", () => ({ layer: "underlay" }));
  press("layer-overlay", () => ({ layer: "overlay" }));
  press("size-wire", () => ({ size: "wire" }));
  press("size-inner", () => ({ size: "inner" }));
  byId("theme", HTMLButtonElement).addEventListener("click", toggleTheme);
  byId("help-open", HTMLButtonElement).addEventListener("click", showHelp);
  connectCopy(byId("link", HTMLButtonElement));
  document.addEventListener("keydown", (event) => {
    if (!isForPage(event)) return;
    if (event.key === "/") box.focus();
    else if (event.key === "e") exports.toggle();
    else if (!act(event.key, store)) return;
    event.preventDefault();
  });
}

/** What is chosen, on the buttons. A held window can only be left by going on. */
export function drawControls({ layer, period, unit, size, paused }: Selection): void {
  const pressed = (id: string, on: boolean): HTMLButtonElement => {
    const button = byId(id, HTMLButtonElement);
    button.setAttribute("aria-pressed", String(on));
    return button;
  };
  const pause = pressed("pause", paused);
  pause.setAttribute("aria-label", paused ? "Resume" : "Pause");
  pause.title = paused ? "Resume (space)" : "Pause (space)";
  pressed("window-last", period === "rate").disabled = paused;
  pressed("window-total", period === "total").disabled = paused;
  pressed("unit-bits", unit === "bits");
  pressed("unit-packets", unit === "packets");
  pressed("size-wire", size === "wire").disabled = unit === "packets";
  pressed("size-inner", size === "inner").disabled = unit === "packets";
  pressed("layer-underlay", layer === "underlay");
  pressed("layer-overlay", layer === "overlay");
}

function act(key: string, store: Store): boolean {
  const view = VIEWS[Number(key) - 1];
  if (view !== undefined) {
    store.choose({ view });
    return true;
  }
  switch (key) {
    case " ":
      store.choose({ paused: !store.now.paused });
      return true;
    case "u":
      store.choose({ layer: store.now.layer === "overlay" ? "underlay" : "overlay" });
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
  const { filter, chosen, below, layer } = EVERYTHING;
  return { filter, chosen, below, layer };
}

/** Not while a dialog is open, a modifier is held, or space would press a focused button. */
function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (byId("help", HTMLDialogElement).open) return false;
  if (!(event.target instanceof Element)) return true;
  if (event.target.closest("input, textarea, select")) return false;
  return !(event.key === " " && event.target.closest("button, a"));
}

function showHelp(): void {
  byId("help", HTMLDialogElement).showModal();
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
