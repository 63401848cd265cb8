/** Requests to the server that the page came from. */
import { record } from "./decode";

/** The server's own sentence why it does not answer. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** A page that was saved as a file has no server: see export/frozen.ts. */
export function isFrozen(): boolean {
  return document.getElementById("frozen") !== null;
}

/**
 * @param path below the page's own: "api/v1/flows?limit=10".
 * @throws Refused, or what `fetch` throws where nobody answers.
 */
export async function ask(path: string, signal?: AbortSignal): Promise<unknown> {
  if (isFrozen()) throw new Refused(0, "a saved page has no server to ask");
  const response = await fetch(path, { cache: "no-store", ...(signal ? { signal } : {}) });
  const reply: unknown = await response.json();
  if (response.ok) return reply;
  const { error } = record(reply, path);
  throw new Refused(response.status, typeof error === "string" ? error : response.statusText);
}
