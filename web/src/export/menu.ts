/** The export menu: files of what is shown, and the request behind it. */
import { byId, make, say } from "../dom";
import { bytesText } from "../format";
import { isFrozen } from "../server";
import { curlOf } from "./curl";
import { requestFor } from "./request";
import { canCopy, save } from "./save";
import { csvFile, htmlFile, jsonFile, pngFile, svgFile, type File, type Shown } from "./saved";

interface Item {
  readonly name: string;
  readonly note: string;
  readonly make: (shown: Shown) => Promise<File>;
  /** Whether it needs a drawing, or the server. */
  readonly needs: "drawing" | "numbers" | "server";
}

const ITEMS: readonly Item[] = [
  { name: "SVG", note: "the diagram, with its fonts", make: svgFile, needs: "drawing" },
  { name: "PNG", note: "the diagram, twice as large", make: pngFile, needs: "drawing" },
  { name: "CSV", note: "the numbers behind it", make: csvFile, needs: "numbers" },
  { name: "JSON", note: "the same, and what they are of", make: jsonFile, needs: "numbers" },
  { name: "HTML", note: "this page, without a server", make: htmlFile, needs: "server" },
];

export class ExportMenu {
  private readonly opener = byId("export-open", HTMLButtonElement);
  private readonly root = byId("export", HTMLElement);
  private readonly status = make("p", { class: "status", role: "status" });
  private readonly command = make("code");
  private readonly buttons: readonly HTMLButtonElement[];
  private readonly copy = button("Copy as curl", "the request behind it");
  private readonly shown: () => Shown | null;

  /** @param shown what is on the stage; null before anything is. */
  constructor(shown: () => Shown | null) {
    this.shown = shown;
    this.buttons = ITEMS.map((item) => {
      const node = button(item.name, item.note);
      node.addEventListener("click", () => void this.export(item));
      return node;
    });
    this.copy.addEventListener("click", () => void this.copyCommand());
    const menu = make("div", {}, ...this.buttons, this.copy);
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", "Export");
    this.root.append(menu, this.command, this.status);
    this.root.addEventListener("toggle", () => {
      this.toggled();
    });
    this.root.addEventListener("keydown", (event) => {
      this.key(event);
    });
  }

  /** Opens it, or closes it again. */
  toggle(): void {
    if (this.shown() !== null) this.root.togglePopover();
  }

  /** Something else is shown now. */
  close(): void {
    this.root.hidePopover();
  }

  private toggled(): void {
    const isOpen = this.root.matches(":popover-open");
    this.opener.setAttribute("aria-expanded", String(isOpen));
    const shown = this.shown();
    if (!isOpen || shown === null) return;
    const { right, bottom } = this.opener.getBoundingClientRect();
    this.root.style.top = `${String(bottom + 6)}px`;
    this.root.style.right = `${String(Math.max(8, innerWidth - right))}px`;
    for (const [i, item] of ITEMS.entries()) {
      const node = this.buttons[i];
      if (node) node.disabled = !isPossible(item, shown);
    }
    this.copy.hidden = isFrozen();
    this.command.hidden = isFrozen();
    say(this.command, commandFor(shown));
    say(this.status, "");
    this.items()[0]?.focus();
  }

  private async export(item: Item): Promise<void> {
    const shown = this.shown();
    if (shown === null) return;
    say(this.status, `Making ${item.name}…`);
    try {
      const { name, content } = await item.make(shown);
      save(content, name);
      say(this.status, `Saved ${name}, ${bytesText(content.size)}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(this.status, `Cannot save as ${item.name}: ${why}`);
    }
  }

  private async copyCommand(): Promise<void> {
    const text = this.command.textContent;
    if (canCopy()) {
      await navigator.clipboard.writeText(text);
      say(this.status, "Copied");
      return;
    }
    getSelection()?.selectAllChildren(this.command);
    say(this.status, "Selected: this browser lets nobody but you copy it");
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      // One step up is not meant as well.
      event.stopPropagation();
      this.close();
      this.opener.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const items = this.items();
    const at = items.findIndex((item) => item === document.activeElement);
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
  }

  private items(): HTMLButtonElement[] {
    return [...this.buttons, this.copy].filter((node) => !node.disabled && !node.hidden);
  }
}

function isPossible({ needs }: Item, { drawing }: Shown): boolean {
  if (needs === "server") return !isFrozen();
  return needs === "numbers" || (drawing.picture?.() ?? null) !== null;
}

function commandFor({ selection, traffic }: Shown): string {
  const address = new URL(requestFor(selection, traffic), location.href);
  address.hash = "";
  const isLoopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(address.hostname);
  return curlOf(address.href, !isLoopback);
}

function button(name: string, note: string): HTMLButtonElement {
  const node = make("button", {}, make("b", {}, name), make("span", {}, note));
  node.setAttribute("role", "menuitem");
  return node;
}
