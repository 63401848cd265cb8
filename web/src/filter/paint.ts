/** A filter's text in pieces to colour: each part its own, and where the mistake is. */
import type { Mistake } from "./ask";
import { partsOf } from "./tokens";

export interface Piece {
  readonly text: string;
  readonly kind: "gap" | "part" | "not";
  readonly isWrong: boolean;
}

/** All of the text, in order. */
export function piecesOf(text: string, mistake: Pick<Mistake, "start" | "length"> | null): Piece[] {
  const marks = new Set([0, text.length]);
  const spans: { from: number; to: number; kind: Piece["kind"] }[] = [];
  let at = 0;
  for (const part of partsOf(text) ?? []) {
    const from = text.indexOf(part, at);
    at = from + part.length;
    spans.push({ from, to: at, kind: /^(?:!|not\b)/i.test(part) ? "not" : "part" });
    marks.add(from).add(at);
  }
  // A mistake without a length is at the place where something is missing.
  const wrong = mistake && { from: mistake.start, to: mistake.start + Math.max(1, mistake.length) };
  if (wrong) marks.add(Math.min(wrong.from, text.length)).add(Math.min(wrong.to, text.length));
  const cuts = [...marks].sort((a, b) => a - b);
  const pieces = cuts.slice(1).map((to, i): Piece => {
    const from = cuts[i] ?? 0;
    const kind = spans.find((span) => from >= span.from && to <= span.to)?.kind ?? "gap";
    const isWrong = wrong !== null && from >= wrong.from && to <= wrong.to;
    return { text: text.slice(from, to), kind, isWrong };
  });
  if (wrong && wrong.from >= text.length) pieces.push({ text: " ", kind: "gap", isWrong: true });
  return pieces.filter((piece) => piece.text !== "");
}
