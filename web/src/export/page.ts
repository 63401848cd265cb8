/** The page as one file: its scripts, styles and fonts inside it, its data frozen. */
import { dataAddress } from "./fonts";
import { frozenElement, type Frozen } from "./frozen";

/** Nothing is loaded from anywhere: this says so to the browser, which then sees to it. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
  "font-src data:; img-src data:; base-uri 'none'; form-action 'none'";

/** An element of the page, and what stands in its place in the file. */
type Swap = readonly [element: Element, html: string];

/** @param address of the page. */
export async function savedPage(address: string, frozen: Frozen): Promise<string> {
  const page = new DOMParser().parseFromString(await textAt(address), "text/html");
  const all = (query: string): Element[] => [...page.querySelectorAll(query)];
  const swaps = await Promise.all([
    ...all("meta[charset]").map((meta) => withData(meta, frozen)),
    ...all("script[src]").map((script) => scriptInside(script, address)),
    ...all("link[rel=stylesheet]").map((link) => styleInside(link, address)),
    ...all("link[rel=icon]").map((link) => iconInside(link, address)),
  ]);
  // As text and not as elements: this page's own policy would judge them.
  const parts = swaps.map(([element, html], i): [mark: string, html: string] => {
    const mark = `part ${String(i)} of a saved page`;
    element.replaceWith(page.createComment(mark));
    return [`<!--${mark}-->`, html];
  });
  const frame = `<!doctype html>\n${page.documentElement.outerHTML}\n`;
  const pieces = frame.split(/(<!--part \d+ of a saved page-->)/);
  const html = new Map(parts);
  return pieces.map((piece) => html.get(piece) ?? piece).join("");
}

async function withData(meta: Element, frozen: Frozen): Promise<Swap> {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  return [meta, `${meta.outerHTML}${policy}${await frozenElement(frozen)}`];
}

async function scriptInside(script: Element, page: string): Promise<Swap> {
  const code = await textAt(addressOf(script, "src", page));
  const type = script.getAttribute("type") === "module" ? ' type="module"' : "";
  // These end a script, or hide its end, wherever they stand; in a string a \ changes nothing.
  const text = code.replace(/<(?=\/script|!--)/gi, "<\\");
  return [script, `<script${type}>${text}</script>`];
}

async function styleInside(link: Element, page: string): Promise<Swap> {
  const address = addressOf(link, "href", page);
  return [link, `<style>${await withFonts(await textAt(address), address)}</style>`];
}

async function iconInside(link: Element, page: string): Promise<Swap> {
  const bytes = await bytesAt(addressOf(link, "href", page));
  return [link, `<link rel="icon" href="${dataAddress(bytes, "image/svg+xml")}">`];
}

async function withFonts(css: string, sheet: string): Promise<string> {
  const pieces = css.split(/(url\(["']?[^"')]+["']?\))/);
  const inside = pieces.map(async (piece) => {
    const source = /^url\(["']?([^"')]+)["']?\)$/.exec(piece)?.[1];
    if (source === undefined || source.startsWith("data:")) return piece;
    return `url(${dataAddress(await bytesAt(new URL(source, sheet).href), "font/woff2")})`;
  });
  return (await Promise.all(inside)).join("");
}

function addressOf(element: Element, name: string, page: string): string {
  return new URL(element.getAttribute(name) ?? "", page).href;
}

async function textAt(address: string): Promise<string> {
  return (await fetched(address)).text();
}

async function bytesAt(address: string): Promise<ArrayBuffer> {
  return (await fetched(address)).arrayBuffer();
}

async function fetched(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${String(response.status)}`);
  return response;
}
