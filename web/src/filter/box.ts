/**
 * The filter box: a combobox (WAI-ARIA 1.2). What is typed is coloured part by part, a mistake is
 * underlined where it is; below stand what could come next, or the last filters. Enter puts the
 * filter in force, if it is right.
 */
import { byId, keep, make, part, say } from "../dom";
import { advise, type Advice, type Mistake } from "./ask";
import { readMistake } from "./match";
import { piecesOf } from "./paint";
import { recentFilters, rememberFilter } from "./recent";

const DEBOUNCE_MS = 60;

interface Option {
  readonly key: string;
  readonly text: string;
  readonly about: string;
  /** The whole text once it is taken, and where the cursor stands then. */
  readonly filter: string;
  readonly cursor: number;
  /** Whether it is put in force at once. */
  readonly isWhole: boolean;
}

export class FilterBox {
  private readonly root = byId("filter", HTMLElement);
  private readonly input = byId("filter-text", HTMLInputElement);
  private readonly paint = byId("filter-paint", HTMLElement);
  private readonly list = byId("filter-list", HTMLElement);
  private readonly says = byId("filter-says", HTMLElement);
  private readonly clear = byId("filter-clear", HTMLButtonElement);
  private readonly apply: (filter: string) => void;
  private applied = "";
  private mistake: Mistake | null = null;
  private options: readonly Option[] = [];
  private active = -1;
  private asking = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(apply: (filter: string) => void) {
    this.apply = apply;
    this.input.addEventListener("input", () => {
      this.typed();
    });
    this.input.addEventListener("focus", () => {
      this.typed();
    });
    this.input.addEventListener("blur", () => {
      this.close();
    });
    for (const event of ["scroll", "keyup", "click"] as const) {
      this.input.addEventListener(event, () => {
        this.paint.scrollLeft = this.input.scrollLeft;
      });
    }
    this.input.addEventListener("keydown", (event) => {
      if (this.key(event)) event.preventDefault();
    });
    // The input keeps the focus while a choice is pressed.
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
    });
    this.list.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("[data-option]") : null;
      const option = this.options.find(({ key }) => key === row?.dataset.option);
      if (option) this.take(option);
    });
    this.clear.addEventListener("click", () => {
      this.input.value = "";
      this.apply("");
      this.input.focus();
    });
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  /** Another filter is in force. What somebody is just typing stays. */
  show(filter: string): void {
    if (filter === this.applied && this.root.dataset.shown !== undefined) return;
    this.root.dataset.shown = "";
    this.applied = filter;
    this.clear.hidden = filter === "";
    if (document.activeElement === this.input && this.input.value !== "") return;
    this.input.value = filter;
    this.mistake = null;
    this.draw();
  }

  /** A filter that came with the link, or that the server refuses. What is being typed is another. */
  refuse(mistake: Mistake | null): void {
    if (document.activeElement === this.input && this.input.value.trim() !== this.applied) return;
    this.blame(mistake);
  }

  private blame(mistake: Mistake | null): void {
    this.mistake = mistake;
    this.draw();
  }

  private typed(): void {
    this.mistake = readMistake(this.input.value);
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), DEBOUNCE_MS);
  }

  private async ask(): Promise<Advice | null> {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const [filter, cursor] = [this.input.value, this.input.selectionStart ?? 0];
    try {
      const advice = await advise(filter, cursor, signal);
      if (signal.aborted) return null;
      this.mistake = advice.mistake;
      this.offer(filter, advice);
      return advice;
    } catch {
      // Without the server there is nothing to offer; the page's own reader has to do.
      if (!signal.aborted) this.offer(filter, null);
      return null;
    }
  }

  private offer(filter: string, advice: Advice | null): void {
    const known = recentFilters().filter((one) => one !== this.applied);
    this.options =
      filter.trim() === ""
        ? [...known.map(recentOption), ...completions(filter, advice)]
        : completions(filter, advice);
    this.active = -1;
    this.draw();
  }

  private draw(): void {
    const { input } = this;
    const mistake = this.isUnfinished() ? null : this.mistake;
    const isOpen =
      document.activeElement === input && (this.options.length > 0 || mistake !== null);
    this.list.hidden = !isOpen || this.options.length === 0;
    this.says.hidden = mistake === null;
    say(this.says, mistake?.error ?? "");
    input.setAttribute("aria-expanded", String(!this.list.hidden));
    input.setAttribute("aria-invalid", String(mistake !== null));
    const chosen = this.options[this.active];
    if (chosen) input.setAttribute("aria-activedescendant", optionId(chosen));
    else input.removeAttribute("aria-activedescendant");
    this.paint.replaceChildren(
      ...piecesOf(input.value, mistake).map(({ text, kind, isWrong }) =>
        make("span", { class: isWrong ? `${kind} wrong` : kind }, text),
      ),
    );
    this.paint.scrollLeft = input.scrollLeft;
    this.drawList();
  }

  /** A word at the end that can still become right is no mistake yet. */
  private isUnfinished(): boolean {
    const { mistake, input, options } = this;
    if (mistake === null || document.activeElement !== input || options.length === 0) return false;
    return mistake.start + mistake.length >= input.value.trimEnd().length;
  }

  private drawList(): void {
    keep(
      this.list,
      this.options,
      ({ key }) => key,
      (option) => {
        const row = make(
          "div",
          { id: optionId(option), "data-option": option.key },
          make("span", { class: "mono" }, option.text),
          make("span", { class: "about" }, option.about),
        );
        row.setAttribute("role", "option");
        return row;
      },
      (row, option) => {
        say(part(row, "about"), option.about);
        const isActive = option === this.options[this.active];
        row.setAttribute("aria-selected", String(isActive));
        if (isActive) row.scrollIntoView({ block: "nearest" });
      },
    );
  }

  private key(event: KeyboardEvent): boolean {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const option = this.options[this.active];
    if (step !== undefined && this.options.length > 0) {
      const count = this.options.length + 1;
      this.active = ((this.active + 1 + step + count) % count) - 1;
      this.draw();
      return true;
    }
    if (event.key === "Tab" && !event.shiftKey && option) {
      this.take(option);
      return true;
    }
    if (event.key === "Enter") {
      if (option) this.take(option);
      else void this.enter();
      return true;
    }
    if (event.key !== "Escape") return false;
    event.stopPropagation();
    if (!this.list.hidden) this.hideList();
    else this.leave();
    return true;
  }

  private take(option: Option): void {
    this.input.value = option.filter;
    this.input.setSelectionRange(option.cursor, option.cursor);
    if (option.isWhole) void this.enter();
    else this.typed();
  }

  /** In force, if it is right; else it says what is wrong. */
  private async enter(): Promise<void> {
    clearTimeout(this.timer);
    const filter = this.input.value.trim();
    const advice = await this.ask();
    const mistake = advice ? advice.mistake : readMistake(filter);
    if (mistake !== null) {
      this.hideList();
      this.blame(mistake);
      return;
    }
    rememberFilter(filter);
    this.hideList();
    this.input.value = filter;
    this.draw();
    this.apply(filter);
  }

  private hideList(): void {
    this.options = [];
    this.active = -1;
    this.draw();
  }

  /** Out of the box, with what is in force. */
  private leave(): void {
    this.input.value = this.applied;
    this.mistake = null;
    this.input.blur();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.asking.abort();
    if (this.input.value.trim() === "" && this.applied !== "") this.apply("");
    this.hideList();
  }
}

function optionId({ key }: Option): string {
  return `filter-option-${encodeURIComponent(key)}`;
}

function recentOption(filter: string): Option {
  const key = `recent ${filter}`;
  return { key, text: filter, about: "recent", filter, cursor: filter.length, isWhole: true };
}

function completions(filter: string, advice: Advice | null): Option[] {
  if (advice === null) return [];
  const { start, length } = advice;
  const written = filter.slice(start, start + length);
  const others = advice.choices.filter(({ text }) => text !== written);
  return others.map(({ text, about }) => ({
    key: text,
    text,
    about,
    filter: filter.slice(0, start) + text + filter.slice(start + length),
    cursor: start + text.length,
    isWhole: false,
  }));
}
