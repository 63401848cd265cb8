/** What is written round the grid: which way is sending, the units, what the shades mean. */
import { lengthOf } from "../alias";
import { roundText } from "../format";
import { headed } from "../scale";
import { set, shape } from "../svg";
import { SHADES } from "./heat";
import type { HeatPicture } from "./picture";

const SQUARE = { width: 17, height: 10, pitch: 18 };

export class Legend {
  private readonly texts = {
    sends: text("end"),
    receives: text("start"),
    sent: text("start"),
    received: text("start"),
    prefix: text("end"),
  };
  private readonly shades: SVGGElement;
  private readonly least = text("start");
  private readonly most = text("end");

  constructor(layer: SVGGElement) {
    const squares = SHADES.map((_, step) =>
      shape("rect", {
        "data-shade": String(step),
        x: step * SQUARE.pitch,
        width: SQUARE.width,
        height: SQUARE.height,
        rx: 2,
      }),
    );
    set(this.least, { x: 0, y: 26 });
    set(this.most, { x: SHADES.length * SQUARE.pitch - 1, y: 26 });
    this.least.textContent = "0";
    this.shades = shape("g", { class: "shades" }, ...squares, this.least, this.most);
    layer.append(...Object.values(this.texts), this.shades);
  }

  draw(picture: HeatPicture): void {
    const { plan, heat, height, measure, sums, prefix } = picture;
    const right = plan.x + heat.columns.length * plan.cellWidth;
    const bottom = plan.y + heat.rows.length * plan.cellHeight;
    const above = plan.y - (plan.turned ? 8 : 44);
    const { texts } = this;
    const isSmall = plan.size === "phone";
    place(texts.sends, isSmall ? "" : "sends ↓", plan.x - 22, above);
    place(texts.receives, isSmall || plan.turned ? "" : "receives →", plan.x + 2, above);
    place(texts.sent, isSmall ? "" : headed("sent", sums), right + 10, plan.y - 8);
    place(texts.received, isSmall ? "" : "received", right + 10, bottom + 18);
    place(texts.prefix, prefix === "" ? "" : `${prefix}x`, ...corner(picture));
    // Where rows reach down to it, the shades stand below them.
    this.shades.toggleAttribute("hidden", isSmall);
    set(this.shades, { transform: `translate(20,${String(height - 36)})` });
    const most = roundText(heat.most, measure);
    if (this.most.textContent !== most) this.most.textContent = most;
  }
}

/** Where it says what the names leave out: left of the columns' names, or above them. */
function corner({ plan, columnNames }: HeatPicture): [x: number, y: number] {
  if (plan.size !== "phone") return [Math.max(plan.x - 22, 82), plan.y - 22];
  const longest = Math.max(0, ...columnNames.map(lengthOf));
  return [76, plan.y - 26 - (plan.turned ? longest * 0.6 : 1) * plan.type];
}

function text(anchor: "start" | "end"): SVGTextElement {
  return shape("text", { "text-anchor": anchor });
}

function place(node: SVGTextElement, words: string, x: number, y: number): void {
  set(node, { x, y });
  if (node.textContent !== words) node.textContent = words;
}
