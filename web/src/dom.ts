/** Small tools for the parts of the page that are not SVG. */
import { select } from "d3-selection";
import { THIN, type Quantity } from "./format";

type Child = Node | string;

interface Attributes {
  readonly class?: string;
  readonly id?: string;
  readonly title?: string;
  readonly role?: string;
  readonly [name: `data-${string}` | `aria-${string}`]: string;
}

/** An element of index.html; that it is missing is a fault of ours. */
export function byId<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`index.html has no ${kind.name} #${id}`);
}

export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}

/** Text of an element, touched only when it changes: selections and screen readers stay calm. */
export function say(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** An amount with its unit in small: `286 Mb/s`. */
export function sayQuantity(node: Element, { digits, unit }: Quantity): void {
  if (node.textContent === `${digits}${THIN}${unit}`) return;
  node.replaceChildren(digits, make("u", {}, THIN + unit));
}

/** One child per item, found again by key, in the items' order. */
export function keep<T>(
  parent: HTMLElement,
  items: readonly T[],
  keyOf: (item: T) => string,
  create: (item: T) => HTMLElement,
  update: (node: HTMLElement, item: T) => void,
): void {
  select(parent)
    .selectChildren<HTMLElement, T>()
    .data(items, keyOf)
    .join((enter) => enter.append(create))
    .each(function (item) {
      update(this, item);
    });
}

/** The part of a row that has this class. */
export function part(row: Element, name: string): HTMLElement {
  const found = row.querySelector<HTMLElement>(`.${name}`);
  if (found === null) throw new Error(`a row has no .${name}`);
  return found;
}

/** The coloured square before an address. */
export function swatch(colour: string): HTMLElement {
  const node = make("i", { class: "swatch" });
  node.style.background = colour;
  return node;
}

/** A bar of a share between 0 and 1; something above 0 never vanishes. */
export function setBar(bar: HTMLElement, share: number): void {
  bar.style.inlineSize = share > 0 ? `${String(Math.max(1, Math.min(1, share) * 100))}%` : "0";
}

const SVG = "http://www.w3.org/2000/svg";

/** A small drawing of lines, such as a tick. */
export function drawing(size: number, path: string, name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${String(size)} ${String(size)}`);
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
