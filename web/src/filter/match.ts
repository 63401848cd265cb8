/** Which rows a filter lets through, for the rows that the page holds already. */
import type { Flow, Tunnel } from "../api";
import { wordsOf } from "./edit";

type Test = (row: Tunnel | Flow) => boolean;

/** @returns whether a row is shown; words that only the server understands let it through. */
export function matcher(filter: string): Test {
  const tests = wordsOf(filter).map((word) => {
    const [, negated, name = "", value = ""] = /^(!?)(\w+):(.*)$/.exec(word) ?? [];
    const test = wordTest(name, value);
    return negated === "!" ? (row: Tunnel | Flow) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
}

function wordTest(name: string, value: string): Test {
  switch (name) {
    case "vni":
      return ({ vni }) => (value === "none" ? vni === null : String(vni) === value);
    case "encap":
      return ({ encap }) => encap === value;
    case "peer":
      return ({ outer_src, outer_dst }) => outer_src === value || outer_dst === value;
    case "inner":
      return (row) => !("inner_src" in row) || row.inner_src === value || row.inner_dst === value;
    default:
      return () => true;
  }
}
