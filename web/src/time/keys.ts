/** Arrow keys from layer to layer, as they lie on each other. */

const STEPS: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1 };

/**
 * @param areas holds the layers, the lowest first.
 * @param choose what enter does; absent where who is around does it.
 */
export function connectKeys(areas: SVGGElement | null, choose?: (key: string) => void): void {
  areas?.addEventListener("keydown", (event) => {
    const from = event.target;
    if (!(from instanceof SVGElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (event.key === "Enter" && choose && from.dataset.key !== undefined) choose(from.dataset.key);
    else if (step === undefined) return;
    else {
      const layers = layersIn(areas);
      focusOn(layers[layers.indexOf(from) + step], from);
    }
    event.preventDefault();
    event.stopPropagation();
  });
}

/** One layer takes the tab key: the one that had the focus last, else the highest. */
export function keepOneTabStop(areas: SVGGElement | null): void {
  const layers = areas ? layersIn(areas) : [];
  const stop = layers.find((layer) => layer.getAttribute("tabindex") === "0") ?? layers.at(-1);
  for (const layer of layers) layer.setAttribute("tabindex", layer === stop ? "0" : "-1");
}

function layersIn(areas: SVGGElement): SVGElement[] {
  return [...areas.querySelectorAll<SVGElement>(".layer")];
}

function focusOn(to: SVGElement | undefined, from: SVGElement): void {
  if (to === undefined) return;
  from.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
}
