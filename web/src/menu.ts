/** A menu behind a button (WAI-ARIA menu button): arrow keys, letters, escape; gone on a click outside. */
import { make } from "./dom";

export interface MenuItem {
  readonly text: string;
  /** Small, at the end: what it is for, or its key. */
  readonly about?: string;
  /** Absent for an item that does something; else one of the items of its group is on. */
  readonly isOn?: boolean;
  readonly act: () => void;
}

export interface MenuGroup {
  readonly title: string;
  readonly items: readonly MenuItem[];
}

export class Menu {
  private readonly button: HTMLButtonElement;
  private readonly list: HTMLElement;
  private readonly groups: () => readonly MenuGroup[];

  /** @param groups asked for each time the menu opens. */
  constructor(button: HTMLButtonElement, groups: () => readonly MenuGroup[]) {
    this.button = button;
    this.groups = groups;
    this.list = make("div", { class: "menu", id: `${button.id}-menu` });
    this.list.setAttribute("role", "menu");
    this.list.setAttribute("aria-labelledby", button.id);
    this.list.popover = "auto";
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", this.list.id);
    button.after(this.list);
    button.popoverTargetElement = this.list;
    this.list.addEventListener("beforetoggle", (event) => {
      if (event.newState === "open") this.fill();
    });
    this.list.addEventListener("toggle", (event) => {
      const isOpen = event.newState === "open";
      button.setAttribute("aria-expanded", String(isOpen));
      if (isOpen) this.opened();
    });
    this.list.addEventListener("keydown", (event) => {
      if (!this.key(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  open(): void {
    if (this.button.checkVisibility()) this.list.showPopover();
  }

  private fill(): void {
    this.list.replaceChildren(
      ...this.groups().map(({ title, items }) => {
        const group = make(
          "div",
          { "aria-label": title },
          make("h3", { "aria-hidden": "true" }, title),
        );
        group.setAttribute("role", "group");
        group.append(...items.map((item) => this.item(item)));
        return group;
      }),
    );
  }

  private item({ text, about, isOn, act }: MenuItem): HTMLElement {
    const button = make("button", {}, make("span", {}, text));
    if (about !== undefined) button.append(make("i", {}, about));
    button.setAttribute("role", isOn === undefined ? "menuitem" : "menuitemradio");
    if (isOn !== undefined) button.setAttribute("aria-checked", String(isOn));
    button.tabIndex = -1;
    button.addEventListener("click", () => {
      this.list.hidePopover();
      act();
    });
    return button;
  }

  /** Below its button, inside of the window; the chosen item takes the focus. */
  private opened(): void {
    const from = this.button.getBoundingClientRect();
    const { width, height } = this.list.getBoundingClientRect();
    const left = Math.min(from.right - width, innerWidth - width - 8);
    this.list.style.left = `${String(Math.max(8, left))}px`;
    this.list.style.top = `${String(Math.max(8, Math.min(from.bottom + 4, innerHeight - height - 8)))}px`;
    const items = this.items();
    (items.find((one) => one.ariaChecked === "true") ?? items[0])?.focus();
  }

  private items(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("button")];
  }

  private key(pressed: string): boolean {
    const items = this.items();
    const at = items.findIndex((one) => one === document.activeElement);
    const goTo: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    const next = goTo[pressed] ?? items.findIndex((one) => startsWith(one, pressed));
    if (pressed === "Escape") this.list.hidePopover();
    else if (pressed === "Tab") this.list.hidePopover();
    else if (next < 0) return pressed.length === 1 && pressed !== " ";
    else items[next]?.focus();
    return pressed !== "Tab";
  }
}

function startsWith(item: HTMLElement, letter: string): boolean {
  return letter.length === 1 && item.textContent.toLowerCase().startsWith(letter.toLowerCase());
}
