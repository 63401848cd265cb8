/** A picture of the page as a file of its own: colours computed, fonts inside, words of the page. */
import { shape } from "../svg";
import { fontsFor } from "./fonts";
import { Styles } from "./styles";

const SVG = "http://www.w3.org/2000/svg";
/** All that says where and what a mark is; how it looks is in classes. */
const GEOMETRY = new Set(
  (
    "id d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points transform offset viewBox " +
    "gradientUnits gradientTransform patternUnits patternTransform preserveAspectRatio"
  ).split(" "),
);
/** A file of more marks has no titles: they would be most of it. */
const MOST_TITLES = 1200;

/**
 * @param svg what the stage shows.
 * @param around elements whose words and small drawings belong to it: crumbs, legend.
 * @param about the line below: where, when, what.
 */
export async function standalone(
  svg: SVGSVGElement,
  around: readonly Element[],
  about: string,
): Promise<string> {
  const box = svg.getBoundingClientRect();
  const styles = new Styles();
  const titles = svg.querySelectorAll("[aria-label]").length <= MOST_TITLES;
  const copy = shape("svg", {
    xmlns: SVG,
    width: box.width,
    height: box.height + FOOT,
    viewBox: `0 0 ${String(box.width)} ${String(box.height + FOOT)}`,
  });
  const ground = getComputedStyle(document.body).backgroundColor;
  const paper = shape("rect", { width: "100%", height: "100%", fill: ground });
  const pictures = [...svg.children].flatMap((child) => copied(child, styles, titles));
  const words = around.flatMap((element) => wordsOf(element, box, styles));
  copy.append(paper, ...pictures, ...words, line(about, box.height));
  const style = document.createElementNS(SVG, "style");
  const text = `${styles.css}\n${new XMLSerializer().serializeToString(copy)}`;
  style.textContent = `${await fontsFor(text)}\n${styles.css}`;
  copy.prepend(style);
  return new XMLSerializer().serializeToString(copy);
}

const FOOT = 24;

function copied(element: Element, styles: Styles, titles: boolean): Element[] {
  if (!(element instanceof SVGElement) || isUnseen(element)) return [];
  const copy = document.createElementNS(SVG, element.tagName);
  for (const { name, value } of element.attributes) {
    if (GEOMETRY.has(name)) copy.setAttribute(name, value);
  }
  const look = styles.classOf(element);
  if (look !== "") copy.setAttribute("class", look);
  const label = titles ? element.getAttribute("aria-label") : null;
  if (label !== null) copy.append(titled(label));
  for (const child of element.childNodes) {
    if (child instanceof Element) copy.append(...copied(child, styles, titles));
    else if (child instanceof Text) copy.append(child.data);
  }
  return [copy];
}

/** Hidden, or only there to be hit. */
function isUnseen(element: SVGElement): boolean {
  // Patterns and gradients are never displayed, and always needed.
  if (element.closest("defs") !== null) return false;
  const { display, visibility, fill, stroke } = getComputedStyle(element);
  if (display === "none" || visibility === "hidden") return true;
  if (element.tagName === "g" || element.tagName === "text") return false;
  return isClear(fill) && isClear(stroke);
}

function isClear(paint: string): boolean {
  return paint === "none" || paint === "rgba(0, 0, 0, 0)" || paint === "transparent";
}

function titled(text: string): Element {
  const title = document.createElementNS(SVG, "title");
  title.textContent = text;
  return title;
}

/** The texts of HTML, each where it stands on the page, and the drawings among them. */
function wordsOf(root: Element, box: DOMRect, styles: Styles): Element[] {
  const found: Element[] = [];
  for (const drawing of root.querySelectorAll("svg")) {
    const { left, top } = drawing.getBoundingClientRect();
    const group = shape("g", { transform: `translate(${left - box.left},${top - box.top})` });
    group.append(...[...drawing.children].flatMap((child) => copied(child, styles, false)));
    if (drawing.checkVisibility()) found.push(group);
  }
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const isShown = parent?.checkVisibility() === true && !parent.closest("button, select, svg");
    if (parent && isShown && node instanceof Text) found.push(...textsAt(node, parent, box));
  }
  return found;
}

/** One text for each line that the words are broken into. */
function textsAt(node: Text, parent: Element, box: DOMRect): Element[] {
  const { fontFamily, fontSize, fontWeight, color } = getComputedStyle(parent);
  return linesOf(node).map(({ text, rect }) => {
    const copy = shape("text", {
      x: rect.left - box.left,
      y: rect.top - box.top + rect.height / 2,
      dy: ".35em",
      "font-family": fontFamily,
      "font-size": fontSize,
      "font-weight": fontWeight,
      fill: color,
    });
    copy.textContent = text;
    return copy;
  });
}

function linesOf(node: Text): { text: string; rect: DOMRect }[] {
  const lines: { text: string; rect: DOMRect }[] = [];
  const range = document.createRange();
  for (const { index, 0: word } of node.data.matchAll(/[^ \n]+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const rect = range.getBoundingClientRect();
    const last = lines.at(-1);
    if (last && Math.abs(last.rect.top - rect.top) < 2) last.text += ` ${word}`;
    else lines.push({ text: word, rect });
  }
  return lines;
}

function line(about: string, height: number): Element {
  const { fontFamily, color } = getComputedStyle(document.body);
  const copy = shape("text", {
    x: 20,
    y: height + 6,
    "font-family": fontFamily,
    "font-size": 11,
    fill: color,
    "fill-opacity": ".7",
  });
  copy.textContent = about;
  return copy;
}
