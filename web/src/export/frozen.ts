/** The data of a saved page: one moment, packed into the page itself. */
import { number, record, shape, text } from "../decode";

/** What a page is made of that has no server. Replies are as the API documents them. */
export interface Frozen {
  /** When it was saved, in seconds since 1970. */
  readonly saved: number;
  /** The fragment that the page was at. */
  readonly link: string;
  /** The replies of `snapshot`, `timeline` and `findings`. */
  readonly snapshot: unknown;
  readonly timeline: unknown;
  readonly findings: unknown;
}

const ID = "frozen";
const head = shape({ saved: number, link: text });

/** The data in this page; null where it has a server. */
export async function frozenIn(page: Document): Promise<Frozen | null> {
  const packed = page.getElementById(ID)?.textContent;
  if (packed == null) return null;
  const value: unknown = JSON.parse(await unpacked(packed));
  const { snapshot, timeline, findings } = record(value, ID);
  return { ...head(value, ID), snapshot, timeline, findings };
}

/** As an element for the head of a page. */
export async function frozenElement(frozen: Frozen): Promise<string> {
  const packed = await packedText(JSON.stringify(frozen));
  return `<script type="application/octet-stream" id="${ID}">${packed}</script>`;
}

async function packedText(plain: string): Promise<string> {
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

async function unpacked(packed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
