/** The page's own fonts, to be taken along: a file has to look right on its own. */

/** As `@font-face` rules with the fonts inside them, of those that a text mentions. */
export async function fontsFor(css: string): Promise<string> {
  const rules = fontRules().filter((rule) => css.includes(familyOf(rule)));
  return (await Promise.all(rules.map(embedded))).join("\n");
}

/** Bytes as the address of what they are. */
export function dataAddress(bytes: ArrayBuffer, type: string): string {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return `data:${type};base64,${btoa(text)}`;
}

function fontRules(): CSSFontFaceRule[] {
  return [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule),
  );
}

function familyOf({ style }: CSSFontFaceRule): string {
  return style.getPropertyValue("font-family").replace(/["']/g, "");
}

async function embedded(rule: CSSFontFaceRule): Promise<string> {
  const { style } = rule;
  const source = /url\("?([^")]+)"?\)/.exec(style.getPropertyValue("src"))?.[1] ?? "";
  const address = new URL(source, rule.parentStyleSheet?.href ?? document.baseURI);
  const font =
    address.protocol === "data:"
      ? source
      : dataAddress(await (await fetch(address)).arrayBuffer(), "font/woff2");
  const name = JSON.stringify(familyOf(rule));
  const weight = style.getPropertyValue("font-weight");
  return `@font-face{font-family:${name};font-weight:${weight};src:url(${font}) format("woff2")}`;
}
