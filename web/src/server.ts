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

/**
 * @param path below the page's own: "api/v1/flows?limit=10".
 * @throws Refused, or what `fetch` throws where nobody answers.
 */
export async function ask(path: string): Promise<unknown> {
  const response = await fetch(path, { cache: "no-store" });
  const reply: unknown = await response.json();
  if (response.ok) return reply;
  const { error } = record(reply, path);
  throw new Refused(response.status, typeof error === "string" ? error : response.statusText);
}
