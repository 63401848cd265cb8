/** Texts about findings, with what they name set apart. */
import { make } from "../dom";
import type { Told } from "./found";
import { evidenceFact, whereLines } from "./words";

const ADDRESS = /((?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{0,4}:){2,}[0-9a-f.:]*)/;

/** Addresses in the type of addresses. */
export function sayWithAddresses(node: HTMLElement, text: string): void {
  if (node.textContent === text) return;
  const parts = text.split(ADDRESS);
  node.replaceChildren(
    ...parts.map((part, i) => (i % 2 === 1 ? make("span", { class: "mono" }, part) : part)),
  );
}

/** A command whose words stay whole: a line that ends with "-" would be read as another option. */
export function sayCommand(node: HTMLElement, text: string): void {
  if (node.textContent === text) return;
  const words = text.split(" ").map((word) => make("span", { class: "word" }, word));
  node.replaceChildren(...words.flatMap((word, i) => (i > 0 ? [" ", word] : [word])));
}

/** All of a finding as lines, for whoever it is sent to. */
export function copyText(told: Told): string {
  const facts = [...told.evidence].map(([name, value]) => evidenceFact(name, value).join(": "));
  return [
    `${told.title} (${told.name}, ${told.severity}, ${told.confidence} confidence)`,
    whereLines(told).join(" "),
    told.explanation,
    ...facts.map((fact) => `  ${fact}`),
    `since ${new Date(told.opened * 1000).toISOString()}`,
    `next: ${told.next}`,
  ].join("\n");
}
