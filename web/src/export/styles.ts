/** What style sheets say of a picture, as classes of its own. */
import { Paint } from "./paint";

type Properties = Readonly<Record<string, string>>;

/** What a mark is painted with, and what that is where nothing is said. */
const MARK: Properties = {
  fill: "#000000",
  "fill-opacity": "1",
  "fill-rule": "nonzero",
  stroke: "none",
  "stroke-width": "1px",
  "stroke-opacity": "1",
  "stroke-linecap": "butt",
  "stroke-linejoin": "miter",
  "stroke-dasharray": "none",
  opacity: "1",
};
const TEXT: Properties = {
  ...MARK,
  "paint-order": "normal",
  "font-family": "",
  "font-size": "",
  "font-weight": "400",
  "font-feature-settings": "normal",
  "letter-spacing": "normal",
  "text-anchor": "start",
};
/** Groups hand nothing down but this: what is inside has all else by itself. */
const GROUP: Properties = { opacity: "1", "mix-blend-mode": "normal" };
const STOP: Properties = { "stop-color": "#000000", "stop-opacity": "1" };

/** Gives each look a class: a picture of thousands of marks has some dozens. */
export class Styles {
  private readonly paint = new Paint();
  private readonly classes = new Map<string, string>();

  /** @returns the class that makes a copy look like the element; "" for none. */
  classOf(element: Element): string {
    const style = getComputedStyle(element);
    // Within a text nothing is usual: it would have what the text has.
    const isPart = element.tagName === "tspan";
    const parts = Object.entries(propertiesOf(element.tagName)).flatMap(([name, usual]) => {
      const value = this.paint.plain(style.getPropertyValue(name));
      return value === usual && !isPart ? [] : [`${name}:${value}`];
    });
    const text = parts.join(";");
    if (text === "") return "";
    const found = this.classes.get(text) ?? `s${String(this.classes.size)}`;
    this.classes.set(text, found);
    return found;
  }

  get css(): string {
    return [...this.classes].map(([text, name]) => `.${name}{${text}}`).join("\n");
  }
}

function propertiesOf(tag: string): Properties {
  switch (tag) {
    case "text":
    case "tspan":
      return TEXT;
    case "g":
      return GROUP;
    case "stop":
      return STOP;
    default:
      return MARK;
  }
}
