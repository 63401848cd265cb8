/** Small tools for SVG that is kept and changed in place, where a join by key would be slow. */

const SVG = "http://www.w3.org/2000/svg";

export type Attributes = Readonly<Record<string, string | number>>;

export function shape<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Element[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, name);
  set(node, attributes);
  node.append(...children);
  return node;
}

/** Touches only what changes: writing an attribute makes the browser draw anew. */
export function set(node: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const text = typeof value === "number" ? px(value) : value;
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/** A length to a hundredth of a px. */
export function px(length: number): string {
  return String(Math.round(length * 100) / 100);
}

/** A mark that is put elsewhere among its siblings loses the focus: it gets it back. */
export function keepFocus<T>(draw: () => T): T {
  const focused = document.activeElement;
  const drawn = draw();
  const isLost = focused !== document.activeElement && focused instanceof SVGElement;
  if (isLost && focused.isConnected) focused.focus({ preventScroll: true });
  return drawn;
}
