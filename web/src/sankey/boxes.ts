/** Boxes of the three columns with their names and numbers, and what stands above them. */
import { writeNamed, type Named } from "../alias";
import { OTHER_COLOUR, rimColour } from "../colour";
import { concernWords } from "../findings/concerned";
import { worstOf } from "../findings/found";
import { quantity } from "../format";
import { diamondAt } from "../marks";
import { onScale } from "../scale";
import type { Box } from "./bands";
import type { Node } from "./network";
import type { SankeyPicture } from "./picture";
import type { Layer } from "./strands";
import { namedNode, nodeName, nodeWords } from "./words";

/** Of this drawing: see hatch.ts. */
export const HATCH_ID = "sankey-hatch";
/** Least height of a box that is not nothing, and of the place to click on it. */
const LEAST = 1.5;
const REACH = 14;
/** Half the size of the mark of a finding, in px. */
const FOUND = 5;
const NAMES = ["senders", "networks", "receivers"] as const;
type Name = (typeof NAMES)[number];

/** Boxes are what is chosen; their names stand beside them, and in what they say. */
export function drawBoxes(layer: Layer, names: Layer, picture: SankeyPicture): void {
  for (const [place, name] of NAMES.entries()) {
    drawColumn(layer, name, place, picture);
    drawNames(names, name, picture.columns[place] ?? 0, picture);
  }
}

function drawColumn(layer: Layer, name: Name, place: number, picture: SankeyPicture): void {
  const x = picture.columns[place] ?? 0;
  const group = layer
    .selectAll<SVGGElement, Box>(`g.${name}`)
    .data(picture.bands[name], ({ node }) => node.key)
    .join((enter) => {
      const made = enter.append("g").attr("class", name).attr("tabindex", -1);
      for (const part of ["reach", "box"]) made.append("rect").attr("class", part);
      made.append("path").attr("class", "found");
      return made.attr("data-lane", 2 * place);
    })
    .attr("data-key", ({ node }) => node.key)
    .attr("data-node", ({ node }) => node.key)
    .attr("role", ({ node }) => (node.kind === "other" || node.kind === "first" ? "img" : "button"))
    .attr("aria-label", ({ node }) => {
      const concern = concernWords(picture.concerned.get(node.key));
      return `${nodeWords(node, name, picture.measure, picture.names)}${concern}`;
    })
    .classed("chosen", ({ node }) => node.key === picture.chosen);
  group
    .select(".box")
    .attr("x", x)
    .attr("y", ({ y }) => y)
    .attr("width", picture.boxWidth)
    .attr("height", ({ height }) => (height > 0 ? Math.max(LEAST, height) : 0))
    .attr("rx", 2)
    .attr("fill", ({ node }) => fillOf(node, name, picture));
  const centre = x + picture.boxWidth / 2;
  group
    .select<SVGPathElement>(".found")
    .attr("data-severity", ({ node }) => worstOf(picture.concerned.get(node.key) ?? []))
    .attr("d", (box) =>
      picture.concerned.has(box.node.key) ? diamondAt(centre, middle(box), FOUND) : "",
    );
  group
    .select(".reach")
    .attr("x", name === "senders" ? 0 : x - 4)
    .attr("y", ({ y, height }) => y - Math.max(0, (REACH - height) / 2))
    .attr("width", reachOf(name, x, picture))
    .attr("height", ({ height }) => Math.max(REACH, height));
}

function drawNames(layer: Layer, name: Name, x: number, picture: SankeyPicture): void {
  const place = textOf[name](x, picture);
  const prefix = picture.prefixes[name === "senders" ? 0 : 1];
  const words = (node: Node): Named =>
    picture.size === "phone"
      ? [nodeName(node, prefix), ""]
      : namedNode(node, prefix, picture.names);
  const group = layer
    .selectAll<SVGGElement, Box>(`g.${name}`)
    .data(picture.bands[name], ({ node }) => node.key)
    .join((enter) => {
      const made = enter.append("g").attr("class", name);
      for (const part of ["name", "value"]) made.append("text").attr("class", part);
      return made;
    })
    .classed("chosen", ({ node }) => node.key === picture.chosen);
  group
    .select<SVGTextElement>(".name")
    .classed("mono", ({ node }) => node.address !== "" || node.kind === "network")
    .attr("x", place.x)
    .attr("y", place.y)
    .attr("dy", place.dy)
    .attr("text-anchor", place.anchor)
    .each(function ({ node }) {
      writeNamed(this, words(node));
    });
  group
    .select(".value")
    .attr("x", place.valueX)
    .attr("y", place.y)
    .attr("dy", place.dy)
    .attr("text-anchor", place.valueAnchor)
    .text(({ node }) => place.value(node));
}

interface TextPlace {
  readonly x: number;
  readonly y: (box: Box) => number;
  readonly dy: string;
  readonly anchor: string;
  readonly valueX: number;
  readonly valueAnchor: string;
  readonly value: (node: Node) => string;
}

const middle = ({ y, height }: Box): number => y + height / 2;

/** Senders left of their boxes, networks above them, receivers to the right. */
const textOf: Record<Name, (x: number, picture: SankeyPicture) => TextPlace> = {
  senders: (x, { size, scale }) => ({
    ...{ x: x - (size === "phone" ? 6 : 10), y: middle, dy: ".35em", anchor: "end" },
    ...{ valueX: 20, valueAnchor: "start" },
    value: ({ value }) => (size === "phone" ? "" : onScale(value, scale)),
  }),
  networks: (x, { boxWidth, measure, size }) => ({
    ...{ x: x + boxWidth / 2 - 2, y: ({ y }) => y - 6, dy: "0", anchor: "end" },
    ...{ valueX: x + boxWidth / 2 + 4, valueAnchor: "start" },
    value: ({ value }) => {
      const { digits, unit } = quantity(value, measure);
      return size === "phone" ? digits : `${digits}\u2009${unit}`;
    },
  }),
  receivers: (x, { size, scale, boxWidth, width }) => ({
    ...{ x: x + boxWidth + (size === "phone" ? 5 : 8), y: middle, dy: ".35em", anchor: "start" },
    ...{ valueX: width - 20, valueAnchor: "end" },
    value: ({ value }) => (size === "phone" ? "" : onScale(value, scale)),
  }),
};

function fillOf(node: Node, name: Name, { grouping, colour }: SankeyPicture): string {
  if (node.kind === "other" || node.kind === "first") return `url(#${HATCH_ID})`;
  if (name === "senders") return grouping === "peer" ? colour(node.key, "") : "var(--ink2)";
  if (name === "networks" && grouping === "vni") return rimColour(node.key);
  return node.kind === "groups" ? OTHER_COLOUR : "var(--ink2)";
}

function reachOf(name: Name, x: number, { boxWidth, width }: SankeyPicture): number {
  if (name === "senders") return x + boxWidth + 2;
  return name === "networks" ? boxWidth + 8 : width - x + 4;
}

/** What named senders and receivers do not say, as the headings say it once; "" for nothing. */
function leftOut({ size, network, prefixes, names }: SankeyPicture): string[] {
  return [network.senders, network.receivers].map((nodes, i) => {
    const prefix = prefixes[i] ?? "";
    const isNamed = nodes.some((node) => namedNode(node, prefix, names)[1] !== "");
    return size !== "phone" && isNamed ? prefix : "";
  });
}

export function drawHeadings(layer: Layer, picture: SankeyPicture): void {
  const { columns, boxWidth, width, top, size, scale, inner } = picture;
  const who = inner ? "Inner, sends" : "Outer, sends";
  const [left, centre, right] = columns;
  const isSmall = size === "phone";
  const all = [
    { x: isSmall ? 8 : left - 10, anchor: isSmall ? "start" : "end", words: who, dy: 0 },
    { x: centre + boxWidth / 2, anchor: "middle", words: "VNI", dy: 0 },
    {
      x: isSmall ? width - 8 : right + boxWidth + 8,
      anchor: isSmall ? "end" : "start",
      words: "Inner, receives",
      dy: 0,
    },
    { x: 20, anchor: "start", words: isSmall ? "" : scale.unit, dy: 0 },
    { x: width - 20, anchor: "end", words: isSmall ? "" : scale.unit, dy: 0 },
  ];
  const below = leftOut(picture).flatMap((prefix, i) => {
    const head = all[2 * i];
    return head && prefix !== "" ? [{ ...head, words: `${prefix}x`, dy: 14 }] : [];
  });
  layer
    .selectAll("text")
    .data([...all, ...below])
    .join("text")
    .attr("x", ({ x }) => x)
    .attr("y", top - (isSmall ? 24 : 30))
    .attr("dy", ({ dy }) => dy)
    .attr("text-anchor", ({ anchor }) => anchor)
    .text(({ words }) => words);
}
