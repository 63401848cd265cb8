import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  drillsOf,
  excludedOf,
  toggled,
  valueOf,
  withValue,
  withWord,
  without,
} from "../src/filter/edit";
import { judge, needsFlows, type Setting, type Told } from "../src/filter/match";
import { parseFilter } from "../src/filter/parse";
import { partsOf } from "../src/filter/tokens";
import { FilterError } from "../src/filter/tree";
import { isVectors, type Row } from "./vectors";

/** Shared with the server: the same filters mean the same rows, and are wrong at the same places. */
const read: unknown = JSON.parse(readFileSync("../tests/filter_vectors.json", "utf8"));
if (!isVectors(read)) throw new Error("filter_vectors.json is not as expected");
const vectors = read;

const setting: Setting = {
  elapsed_s: vectors.elapsed_s,
  nameOf: (address) => nameOf(address),
};

function nameOf(address: string): string | null {
  const exact = vectors.names[address];
  if (exact !== undefined) return exact;
  return address.startsWith("172.16.2.") ? (vectors.names["172.16.2.0/24"] ?? null) : null;
}

function told(row: Row): Told {
  const text = (value: string | null): string => value ?? "";
  return {
    ...row,
    encap: row.path.split("/").at(-1) ?? "",
    host: vectors.host,
    outer_src: text(row.outer_src),
    outer_dst: text(row.outer_dst),
    inner_src: text(row.inner_src),
    inner_dst: text(row.inner_dst),
  };
}

describe("filters mean the rows that the server takes them to mean", () => {
  test.each(vectors.filters)("$text", ({ text, rows }) => {
    const node = parseFilter(text);
    const meant = vectors.rows.flatMap((row, i) => {
      const verdict = judge(node, told(row), setting);
      expect(verdict).not.toBeNull();
      return verdict === true ? [i] : [];
    });
    expect(meant).toEqual(rows);
  });
});

describe("filters are wrong where the server finds them wrong", () => {
  // Names, and the words of an encapsulation, are the server's to know.
  const own = vectors.errors.filter(({ says }) => !/by the name|is no encap/.test(says));
  test.each(own)("$text", ({ text, start, length }) => {
    let error: unknown = null;
    try {
      parseFilter(text);
    } catch (found) {
      error = found;
    }
    expect(error).toBeInstanceOf(FilterError);
    expect(error).toMatchObject({ start, length });
  });
});

test("a row that does not tell enough is neither in nor out", () => {
  const tunnel: Told = {
    vni: 10000,
    encap: "vxlan",
    outer_src: "172.16.1.100",
    outer_dst: "172.16.1.101",
    packets: 1,
    bytes: 1,
  };
  const verdict = (text: string) => judge(parseFilter(text), tunnel, setting);
  expect(verdict("inner:192.168.0.1")).toBeNull();
  expect(verdict("inner:192.168.0.1 vni:5")).toBe(false);
  expect(verdict("inner:192.168.0.1 or vni:10000")).toBe(true);
  expect(verdict("!path:*gre*")).toBeNull();
  expect(verdict("172.16.1.100")).toBe(true);
  expect(needsFlows(parseFilter("vni:1 or inner:none"))).toBe(true);
  expect(needsFlows(parseFilter("!rate>1M"))).toBe(true);
  expect(needsFlows(parseFilter("vni:1 peer:172.16.1.0/24"))).toBe(false);
});

describe("clicks edit a filter", () => {
  test("word by word", () => {
    expect(withWord("vni:1", "peer:10.0.0.1")).toBe("vni:1 peer:10.0.0.1");
    expect(withWord("vni:1", "vni:1")).toBe("vni:1");
    expect(without("vni:1 !peer:10.0.0.1", "!peer:10.0.0.1")).toBe("vni:1");
    expect(toggled(toggled("", "vni:1"), "vni:1")).toBe("");
    expect(withValue("vni:1 rate>1M", "vni", "2")).toBe("rate>1M vni:2");
    expect(withValue("vni:1 rate>1M", "vni", null)).toBe("rate>1M");
  });

  test("and leave what is joined otherwise as it is", () => {
    expect(partsOf("vni:1 and not (peer:a or b) !  c")).toEqual([
      "vni:1",
      "not (peer:a or b)",
      "!  c",
    ]);
    expect(withWord("vni:1 or vni:2", "peer:10.0.0.1")).toBe("(vni:1 or vni:2) peer:10.0.0.1");
    expect(without("(vni:1 or vni:2) peer:10.0.0.1", "peer:10.0.0.1")).toBe("(vni:1 or vni:2)");
    expect(drillsOf("vni:1 or vni:2")).toEqual([]);
  });

  test("which words lead deeper, and which exclude", () => {
    const filter = "vni:1 outer:10.0.0.0/8 inner:10.0.0.1 peer:10.0.0.* !peer:10.0.0.9 not vni:7";
    expect(drillsOf(filter)).toEqual(["vni:1", "inner:10.0.0.1"]);
    expect(excludedOf(filter)).toEqual(["!peer:10.0.0.9", "not vni:7"]);
    expect(valueOf(filter, "inner")).toBe("10.0.0.1");
    expect(valueOf(filter, "peer")).toBeNull();
  });
});
