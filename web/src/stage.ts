/**
 * The stage: tabs, one panel per drawing, and what is the same in all of them. Marks carry
 * `data-key`; pointing at one lets it stand out and shows the tip, a click chooses it, a second
 * click and enter lead deeper, arrow keys go from one to the next.
 */
import { byId, make, part, say } from "./dom";
import type { Drawing, Kind, Pace, Tools } from "./drawing";
import type { Selection, ViewName } from "./state";
import type { Shown } from "./export/saved";
import { VIEWS } from "./state";
import type { Tip } from "./tip";
import type { Traffic } from "./traffic";
import { TwinTable } from "./twin";

export interface StageActions {
  readonly view: (name: ViewName) => void;
  readonly choose: (key: string) => void;
  /** A second click, or enter, on what is chosen. */
  readonly deeper: (key: string) => void;
}

/** Lists, which need no other one beside them. */
export const OWN_TWINS: ReadonlySet<ViewName> = new Set(["table", "findings"]);

interface Part {
  readonly kind: Kind;
  readonly tab: HTMLButtonElement;
  readonly panel: HTMLElement;
  drawing: Drawing | null;
}

export class Stage {
  private readonly parts: readonly Part[];
  private readonly tools: Tools;
  private readonly tip: Tip;
  private readonly actions: StageActions;
  private readonly root = byId("stage", HTMLElement);
  private readonly twin = new TwinTable();
  private shown: { part: Part; traffic: Traffic; selection: Selection } | null = null;

  constructor(kinds: readonly Kind[], tools: Tools, tip: Tip, actions: StageActions) {
    this.tools = tools;
    this.tip = tip;
    this.actions = actions;
    const bar = byId("tabs", HTMLElement);
    this.parts = kinds.map((kind) => {
      const tab = tabFor(kind);
      tab.addEventListener("click", () => {
        actions.view(kind.name);
      });
      bar.append(tab);
      return { kind, tab, panel: panelFor(kind, this.root), drawing: null };
    });
    bar.addEventListener("keydown", (event) => {
      this.moveTab(event);
    });
    this.root.append(this.twin.root);
    this.listen();
  }

  /** The view itself where it is drawn by somebody, else the first. */
  has(name: ViewName): boolean {
    return this.parts.some(({ kind }) => kind.name === name);
  }

  /** A number on a view's tab; 0 for none. */
  badge(name: ViewName, count: number): void {
    const tab = this.parts.find(({ kind }) => kind.name === name)?.tab;
    if (!tab) return;
    const badge = part(tab, "badge");
    badge.hidden = count === 0;
    say(part(badge, "count"), String(count));
  }

  /** What is drawn; null before the first time. */
  get traffic(): Traffic | null {
    return this.shown?.traffic ?? null;
  }

  /** What is on the stage, for export; null before the first drawing. */
  current(): Shown | null {
    if (this.shown === null) return null;
    const { part, traffic, selection } = this.shown;
    return part.drawing ? { kind: part.kind, drawing: part.drawing, traffic, selection } : null;
  }

  draw(traffic: Traffic, selection: Selection, pace: Pace): void {
    const part = this.parts.find(({ kind }) => kind.name === selection.view) ?? this.parts[0];
    if (!part) return;
    const before = this.shown?.part;
    this.show(part);
    if (before !== part) before?.drawing?.leave?.();
    part.drawing ??= part.kind.make(part.panel, this.tools);
    if (before !== part) this.swapControls(before?.drawing?.controls, part.drawing.controls);
    this.shown = { part, traffic, selection };
    const isTwin = selection.twin && !OWN_TWINS.has(part.kind.name);
    part.panel.classList.toggle("behind", isTwin);
    this.twin.root.hidden = !isTwin;
    if (isTwin) this.twin.draw(part.drawing.twin(traffic, selection), part.kind.title);
    else part.drawing.draw(traffic, selection, before === part ? pace : "still");
    this.keepOneTabStop(part);
    this.tip.draw(traffic, selection);
  }

  /** Nothing to draw: the diagnosis stands here. */
  clear(view: ViewName): void {
    this.twin.root.hidden = true;
    for (const { panel, tab, kind } of this.parts) {
      panel.hidden = true;
      tab.setAttribute("aria-selected", String(kind.name === view));
    }
  }

  private swapControls(before: HTMLElement | undefined, next: HTMLElement | undefined): void {
    before?.remove();
    if (next) byId("tools", HTMLElement).prepend(next);
  }

  private show(part: Part): void {
    for (const { tab, panel } of this.parts) {
      const isShown = panel === part.panel;
      panel.hidden = !isShown;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
    }
  }

  private listen(): void {
    this.root.addEventListener("pointermove", (event) => {
      this.point(keyOf(event.target), event.target, [event.clientX, event.clientY]);
    });
    this.root.addEventListener("pointerleave", () => {
      this.point(null, null);
    });
    this.root.addEventListener("focusin", ({ target }) => {
      if (target instanceof Element && target.matches(":focus-visible")) {
        this.point(keyOf(target), target);
      }
    });
    this.root.addEventListener("focusout", () => {
      this.point(null, null);
    });
    this.root.addEventListener("click", ({ target }) => {
      const key = keyOf(target);
      if (key !== null) this.activate(key);
    });
    this.root.addEventListener("keydown", (event) => {
      this.key(event);
    });
  }

  private point(
    key: string | null,
    target: EventTarget | null,
    at?: readonly [number, number],
  ): void {
    this.shown?.part.drawing?.emphasise?.(key);
    const mark = target instanceof Element ? target.closest("[data-key]") : null;
    if (key === null || mark === null) this.tip.hide();
    else this.tip.show(key, mark, at ?? null);
  }

  private activate(key: string): void {
    if (this.shown?.selection.chosen === key) this.actions.deeper(key);
    else this.actions.choose(key);
  }

  private key(event: KeyboardEvent): void {
    const key = keyOf(event.target);
    if (key === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (event.key === "Enter" && target instanceof SVGElement) this.activate(key);
    else if (event.key === " " && target instanceof SVGElement) return;
    else if (!this.moveMark(event.key, key)) return;
    event.preventDefault();
  }

  /** Left and right: from arc to arc; down and up: through the ribbons of one. */
  private moveMark(pressed: string, from: string): boolean {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[pressed];
    const down = { ArrowDown: 1, ArrowUp: -1 }[pressed];
    const panel = this.shown?.part.panel;
    if (!panel || (step === undefined && down === undefined)) return false;
    const places = [...panel.querySelectorAll<SVGElement>("[data-arc]")].sort(byAngle);
    if (places.length === 0) return false;
    const pairs = [...panel.querySelectorAll<SVGElement>("[data-ribbon]")];
    const origin = from.includes("|") ? (panel.dataset.from ?? from.split("|")[0] ?? "") : from;
    panel.dataset.from = origin;
    if (step !== undefined) {
      const at = places.findIndex(({ dataset }) => dataset.key === origin);
      focusOn(places[(at + step + places.length) % places.length]);
      return true;
    }
    const own = pairs
      .filter(({ dataset }) => (dataset.key ?? "").split("|").some((end) => isWithin(end, origin)))
      .sort((x, y) => Number(y.dataset.size) - Number(x.dataset.size));
    const next = own[own.findIndex(({ dataset }) => dataset.key === from) + (down ?? 0)];
    focusOn(
      next ?? (down === -1 ? places.find(({ dataset }) => dataset.key === origin) : undefined),
    );
    return true;
  }

  private moveTab(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = this.parts.findIndex(({ tab }) => tab === event.target);
    if (step === undefined || at < 0) return;
    const next = this.parts[(at + step + this.parts.length) % this.parts.length];
    next?.tab.focus();
    next?.tab.click();
  }

  /** One mark takes the tab key; the arrow keys go on from there. */
  private keepOneTabStop({ panel }: Part): void {
    const all = [...panel.querySelectorAll<SVGElement>("svg [data-arc]")];
    const focused = all.find((mark) => mark === document.activeElement);
    const stop = focused ?? all.find((mark) => mark.tabIndex === 0) ?? all.sort(byAngle)[0];
    for (const mark of all) {
      const index = mark === stop ? 0 : -1;
      if (mark.tabIndex !== index) mark.tabIndex = index;
    }
  }
}

function focusOn(mark: SVGElement | undefined): void {
  mark?.focus();
}

function isWithin(end: string, place: string): boolean {
  return end === place || end.startsWith(`${place}/`);
}

/** Clockwise; an arc of the rim before what stands inside it. */
function byAngle(left: SVGElement, right: SVGElement): number {
  return Number(left.dataset.angle) - Number(right.dataset.angle);
}

function keyOf(target: EventTarget | null): string | null {
  if (!(target instanceof Element)) return null;
  return target.closest("[data-key]")?.getAttribute("data-key") ?? null;
}

function tabFor({ name, title }: Kind): HTMLButtonElement {
  const number = String(VIEWS.indexOf(name) + 1);
  const tab = make(
    "button",
    { class: "tab", id: `tab-${name}` },
    `${title} `,
    make("kbd", {}, number),
    make(
      "span",
      { class: "badge" },
      make("b", { class: "count" }),
      make("span", { class: "unseen" }, " open"),
    ),
  );
  part(tab, "badge").hidden = true;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", `panel-${name}`);
  return tab;
}

/** Made here, unless index.html has it. */
function panelFor({ name }: Kind, root: HTMLElement): HTMLElement {
  const found = document.getElementById(`panel-${name}`);
  const panel = found ?? make("div", { id: `panel-${name}`, class: "panel" });
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", `tab-${name}`);
  panel.hidden = true;
  if (!found) root.append(panel);
  return panel;
}
