/** Colours as browsers mix them, and the contrast of two: CSS Color 4 and WCAG 2.2. */
import { readFileSync } from "node:fs";

type Triple = readonly [number, number, number];

/** The custom properties of a theme in style/tokens.css. */
export function tokens(theme: "dark" | "light"): Map<string, string> {
  const style = readFileSync(new URL("../src/style/tokens.css", import.meta.url), "utf8");
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(style)?.[1] ?? "";
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map(([, name = "", hex = ""]) => [
      name,
      hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex,
    ]),
  );
}

/** `color-mix(in oklab, first share%, second)` as linear light. */
export function mixed(first: string, share: number, second: string): Triple {
  const [a, b] = [toOklab(linear(first)), toOklab(linear(second))];
  const part = share / 100;
  return fromOklab([
    a[0] * part + b[0] * (1 - part),
    a[1] * part + b[1] * (1 - part),
    a[2] * part + b[2] * (1 - part),
  ]);
}

export function linear(hex: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG contrast of two colours in linear light: 1 to 21. */
export function contrast(first: Triple, second: Triple): number {
  const light = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [a, b] = [light(first), light(second)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function toOklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}
