import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Stretch, type Wanted } from "../src/stretch";
import { event, peer } from "./rows";

const WANTED: Wanted = { span: { from: 20, to: 30 }, before: null, filter: "", peer: null };
let asked: URL[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("document", { getElementById: () => null });
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(new URL(path, "http://here"));
    const reply = path.includes("/growth?") ? { culprit: null } : event({ window: "span" });
    return Promise.resolve(Response.json(reply));
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const names = (): string[] => asked.map(({ pathname }) => pathname.split("/").at(-1) ?? "");

test("a stretch is asked for once", () => {
  const stretch = new Stretch(() => undefined);
  stretch.want(WANTED);
  stretch.want({ ...WANTED });
  expect(names()).toEqual(["snapshot"]);
  stretch.want({ ...WANTED, peer: peer(1) });
  expect(names()).toEqual(["snapshot", "snapshot"]);
});

test("who grew is asked for again with each other time to compare with", () => {
  const stretch = new Stretch(() => undefined);
  stretch.want(WANTED);
  for (const from of [5, 8]) stretch.want({ ...WANTED, before: { from, to: from + 10 } });
  const growth = asked.filter(({ pathname }) => pathname.endsWith("/growth"));
  expect(growth.map(({ searchParams }) => searchParams.get("compare_from"))).toEqual(["5", "8"]);
});
