/** What the keys do: one list for the page and for its help sheet. */
import { byId, keep, make } from "./dom";

export interface Command {
  /** As `KeyboardEvent.key` has it. */
  readonly key: string;
  /** What it does, for people. */
  readonly about: string;
  readonly act: () => void;
}

/** Keys that the marks of a drawing answer to themselves, see stage.ts. */
const OF_MARKS: readonly (readonly [keys: readonly string[], about: string])[] = [
  [["←", "→"], "from arc to arc, from cell to cell"],
  [["↑", "↓"], "the ribbons of an arc, biggest first"],
  [["↵"], "choose what has the focus; again: open it"],
];

export class Commands {
  private readonly commands: Command[] = [];
  private readonly dialog = byId("help", HTMLDialogElement);

  constructor() {
    document.addEventListener("keydown", (event) => {
      if (!this.isForPage(event)) return;
      const command = this.commands.find(({ key }) => key === event.key);
      if (!command) return;
      event.preventDefault();
      command.act();
    });
    byId("help-open", HTMLButtonElement).addEventListener("click", () => {
      this.help();
    });
    this.add({
      key: "?",
      about: "this sheet",
      act: () => {
        this.help();
      },
    });
  }

  add(...commands: readonly Command[]): void {
    this.commands.push(...commands);
  }

  private help(): void {
    const digits = this.commands.filter(({ key }) => /^\d$/.test(key));
    const others = this.commands.filter((command) => !digits.includes(command));
    const lines = [
      [digits.map(({ key }) => key), digits.map(({ about }) => about).join(", ")] as const,
      ...OF_MARKS,
      ...others.map(({ key, about }) => [[shown(key)], about] as const),
    ];
    keep(
      byId("keys", HTMLElement),
      lines,
      ([, about]) => about,
      ([keys, about]) =>
        make(
          "div",
          {},
          make("dt", {}, ...keys.flatMap((key) => [make("kbd", {}, key), " "])),
          make("dd", {}, about),
        ),
      () => undefined,
    );
    this.dialog.showModal();
  }

  /** Not while a dialog or a menu is open, a modifier is held, or where keys are typed. */
  private isForPage(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
    if (document.querySelector("dialog[open], :popover-open") !== null) return false;
    if (!(event.target instanceof Element)) return true;
    if (event.target.closest("input, textarea, select")) return false;
    return !(event.key === " " && event.target.closest("button, a, [role=button]"));
  }
}

function shown(key: string): string {
  return { " ": "space", Escape: "esc" }[key] ?? key;
}
