/** Columns of the heat map: names above, what each receives below. And the heads of both sides. */
import { writeNamed } from "../alias";
import { worstOf } from "../findings/found";
import { diamondAt } from "../marks";
import { onScale } from "../scale";
import { set, shape } from "../svg";
import type { Line } from "./heat";
import { concernsOf, concernText } from "./lines";
import type { HeatPicture } from "./picture";

/** Of this drawing: see hatch.ts. */
export const HATCH_ID = "heat-hatch";
const SWATCH = 10;
const BAR = 8;
/** Half the size of the mark of a finding, in px. */
const FOUND = 5;

/** @param at left upper corner of the coloured square. */
export function head(
  line: Line,
  role: "rowheader" | "columnheader",
  { colours, chosen, concerned }: HeatPicture,
  [x, y]: readonly [x: number, y: number],
  name: SVGTextElement,
): SVGGElement {
  const isAdded = line.kind === "other" || line.kind === "first" || line.kind === "groups";
  const square = shape("rect", { x, y, width: SWATCH, height: SWATCH, rx: 3 });
  square.style.fill = isAdded ? `url(#${HATCH_ID})` : (colours.get(line.key) ?? "");
  const isAddress = line.places.some(({ address }) => address !== "") || line.kind === "network";
  name.classList.toggle("mono", isAddress);
  const group = shape("g", { class: "head", role, tabindex: "-1", "data-key": line.key });
  group.classList.toggle("chosen", line.key === chosen);
  group.append(name, square);
  const found = concernText(line, concerned);
  if (found !== "") {
    const severity = worstOf(concernsOf(line, concerned)) ?? "";
    const at = { d: diamondAt(x + SWATCH / 2, y + SWATCH / 2, FOUND) };
    group.append(shape("path", { class: "found", "data-severity": severity, ...at }));
    set(group, { "aria-description": found });
  }
  return group;
}

export class Columns {
  private readonly layer: SVGGElement;
  private sums: { bar: SVGRectElement; text: SVGTextElement }[] = [];

  constructor(layer: SVGGElement) {
    this.layer = layer;
  }

  lay(picture: HeatPicture): void {
    const { heat, plan, columnNames } = picture;
    this.sums = [];
    const bottom = plan.y + heat.rows.length * plan.cellHeight + 8;
    const groups = heat.columns.map((line, c) => {
      const x = plan.x + (c + 0.5) * plan.cellWidth;
      const name = shape("text", plan.turned ? turned(x, plan.y - 21) : level(x, plan.y - 22));
      writeNamed(name, columnNames[c] ?? ["", ""]);
      const bar = shape("rect", { class: "sum", x: x - BAR / 2, y: bottom, width: BAR, rx: 2 });
      const text = shape("text", { class: "amount", x, "text-anchor": "middle" });
      this.sums.push({ bar, text });
      const group = head(line, "columnheader", picture, [x - SWATCH / 2, plan.y - 15], name);
      set(group, { "aria-colindex": String(c + 2) });
      group.append(bar, text);
      return group;
    });
    this.layer.replaceChildren(...groups);
  }

  draw({ heat, plan, sums }: HeatPicture): void {
    const most = Math.max(...heat.sent, ...heat.received);
    const bottom = plan.y + heat.rows.length * plan.cellHeight + 8;
    this.sums.forEach(({ bar, text }, c) => {
      const received = heat.received[c] ?? 0;
      const height = received > 0 ? Math.max(1.5, (received / most) * plan.barHeight) : 0;
      set(bar, { height });
      set(text, { y: bottom + height + plan.type + 1 });
      const number = plan.numbers ? onScale(received, sums) : "";
      if (text.textContent !== number) text.textContent = number;
    });
  }
}

function level(x: number, y: number): Record<string, string | number> {
  return { x, y, "text-anchor": "middle" };
}

/** Along the column, read from below. */
function turned(x: number, y: number): Record<string, string | number> {
  return { transform: `translate(${x},${y})rotate(-90)`, dy: ".35em", "text-anchor": "start" };
}
