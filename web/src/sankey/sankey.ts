/** The sankey as a drawing: outer addresses send through networks to inner addresses. */
import { select } from "d3-selection";
import type { Drawing, Kind, Tools, Twin } from "../drawing";
import { addHatch } from "../hatch";
import type { Selection } from "../state";
import { keepFocus, shape } from "../svg";
import type { Traffic } from "../traffic";
import type { Band } from "./bands";
import { drawBoxes, drawHeadings, HATCH_ID } from "./boxes";
import { keepOneTabStop, moveMark } from "./keys";
import type { Strand } from "./network";
import { passagesOf, touches } from "./passages";
import { pictureOf, type SankeyPicture } from "./picture";
import { drawStrands, nameStrands, type Layer } from "./strands";
import { sankeyTwin } from "./twin";

export const sankey: Kind = {
  name: "sankey",
  title: "Sankey",
  about: "Who sends how much through which network to whom, as strands from left to right",
  make: (panel, tools) => new Sankey(panel, tools),
};

/** With more strands than this nothing glides: it would cost more than a frame. */
const MOST_GLIDING = 150;

class Sankey implements Drawing {
  private readonly svg = shape("svg", { id: "sankey", class: "drawing", role: "group" });
  private readonly layers: Record<"into" | "out" | "boxes" | "names" | "headings", Layer>;
  private readonly tools: Tools;
  private shown: SankeyPicture | null = null;
  private pointed: string | null = null;

  constructor(panel: HTMLElement, tools: Tools) {
    this.tools = tools;
    this.svg.setAttribute("aria-label", sankey.about);
    panel.append(this.svg);
    const root = select(this.svg);
    root.append("defs").call(addHatch, HATCH_ID);
    const layer = (name: string): Layer => root.append("g").attr("class", name);
    this.layers = {
      into: layer("strands"),
      out: layer("strands"),
      boxes: layer("boxes"),
      names: layer("names").attr("aria-hidden", "true"),
      headings: layer("headings").attr("aria-hidden", "true"),
    };
    this.svg.addEventListener("keydown", (event) => {
      moveMark(event, this.svg);
    });
  }

  draw(traffic: Traffic, selection: Selection): void {
    const { width, height } = this.svg.getBoundingClientRect();
    if (width === 0) return;
    const picture = pictureOf(traffic, selection, width, height);
    this.shown = picture;
    const count = picture.bands.into.length + picture.bands.out.length;
    this.svg.classList.toggle("gliding", count <= MOST_GLIDING);
    keepFocus(() => {
      drawStrands(this.layers.into, "into", picture);
      drawStrands(this.layers.out, "out", picture);
      drawBoxes(this.layers.boxes, this.layers.names, picture);
    });
    drawHeadings(this.layers.headings, picture);
    this.fade();
    keepOneTabStop(this.svg);
    this.tools.later(this.naming(picture));
  }

  emphasise(key: string | null): void {
    if (key === this.pointed) return;
    this.pointed = key;
    this.fade();
  }

  picture(): SVGSVGElement {
    return this.svg;
  }

  twin(traffic: Traffic, selection: Selection): Twin {
    return sankeyTwin(passagesOf(traffic, selection), traffic);
  }

  private *naming(picture: SankeyPicture): Iterable<void> {
    yield* nameStrands(this.layers.into, picture);
    yield* nameStrands(this.layers.out, picture);
  }

  /** All strands that do not touch what is pointed at, or chosen. */
  private fade(): void {
    const key = this.pointed ?? this.shown?.chosen ?? null;
    const isTouched = key === null ? null : touches(key);
    const has = ({ passages }: Strand): boolean => isTouched !== null && passages.some(isTouched);
    for (const layer of [this.layers.into, this.layers.out]) {
      const bands = layer.selectAll<SVGPathElement, Band>("path");
      const isMeant = bands.data().map(({ strand }) => has(strand));
      const some = isMeant.includes(true);
      bands.classed("faded", (_, i) => some && isMeant[i] !== true);
      bands.classed("on", (_, i) => isMeant[i] === true);
    }
  }
}
