/** Arrow keys in the sankey: up and down in a column, left and right along the strands. */

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };
const LANES: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Columns are numbered as lanes from the left: boxes are even, the strands between them odd. */
export function moveMark(event: KeyboardEvent, svg: SVGSVGElement): void {
  const from = event.target;
  if (!(from instanceof SVGElement) || event.ctrlKey || event.metaKey || event.altKey) return;
  const to = target(svg, from, event.key);
  if (to === null) return;
  event.preventDefault();
  event.stopPropagation();
  if (to === undefined) return;
  from.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
}

/** One mark takes the tab key; the arrow keys go on from there. */
export function keepOneTabStop(svg: SVGSVGElement): void {
  if (svg.querySelector('[tabindex="0"]') === null) {
    svg.querySelector('[data-lane="0"]')?.setAttribute("tabindex", "0");
  }
}

/** Null for other keys, undefined where it goes no further. */
function target(svg: SVGSVGElement, from: SVGElement, key: string): SVGElement | null | undefined {
  const lane = Number(from.dataset.lane ?? NaN);
  if (Number.isNaN(lane)) return null;
  const step = STEPS[key];
  if (step !== undefined) {
    const own = [...inLane(svg, lane)].sort(byHeight);
    return own[own.indexOf(from) + step];
  }
  const side = LANES[key];
  if (side === undefined) return null;
  return inLane(svg, lane + side)
    .filter((mark) => areJoined(from, mark, side))
    .sort((a, b) => Number(b.dataset.size ?? 0) - Number(a.dataset.size ?? 0))[0];
}

function inLane(svg: SVGSVGElement, lane: number): SVGElement[] {
  return [...svg.querySelectorAll<SVGElement>(`[data-lane="${String(lane)}"]`)];
}

function areJoined(from: SVGElement, to: SVGElement, side: number): boolean {
  const [left, right] = side > 0 ? [from, to] : [to, from];
  const node = left.dataset.node ?? right.dataset.node;
  const end = left.dataset.node === undefined ? left.dataset.to : right.dataset.from;
  return node === end;
}

function byHeight(a: SVGElement, b: SVGElement): number {
  const middle = (mark: SVGElement): number => {
    const { top, height } = mark.getBoundingClientRect();
    return top + height / 2;
  };
  return middle(a) - middle(b);
}
