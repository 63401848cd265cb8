/** Things as words of the filter. */
import type { Thing } from "../things";

/** What means exactly this: "peer:172.16.1.106", "(vni:10002 inner:192.168.2.7)"; "" for what no word means. */
export function meaningOf(things: readonly Thing[]): string {
  const words = [...new Set(things.flatMap(wordsFor))];
  return words.length > 1 ? `(${words.join(" ")})` : (words[0] ?? "");
}

/** What leaves this out; "" where nothing does. */
export function exclusionOf(things: readonly Thing[]): string {
  const meaning = meaningOf(things);
  return meaning === "" ? "" : `!${meaning}`;
}

function wordsFor({ kind, peer, vni, address }: Thing): string[] {
  switch (kind) {
    case "peer":
    case "others":
      return peer === "" ? [`vni:${vni ?? "none"}`] : [`peer:${peer}`];
    case "part":
      return [`vni:${vni ?? "none"}`, `peer:${peer}`];
    case "endpoint":
      return address === ""
        ? [`vni:${vni ?? "none"}`, `peer:${peer}`, "inner:none"]
        : [`vni:${vni ?? "none"}`, `inner:${address}`];
    case "network":
      return [`vni:${vni ?? "none"}`];
    default:
      return [];
  }
}
