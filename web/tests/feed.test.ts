import { afterEach, expect, test, vi } from "vitest";
import { Feed } from "../src/feed";
import { EVERYTHING } from "../src/state";
import { event } from "./rows";

afterEach(() => {
  vi.unstubAllGlobals();
});

const nothing = (): undefined => undefined;

test("a saved page waits for nobody: what it has is all there will be", () => {
  vi.stubGlobal("document", { getElementById: () => ({}) });
  const span = { from: 20, to: 30 };
  const feed = new Feed({ selection: () => EVERYTHING, news: nothing, state: nothing });
  const timeline = { times: [], elapsed_s: [], peers: [], packets: [], bytes: [] };
  feed.replay({ saved: 40, link: "", snapshot: event(), timeline, findings: { rows: [] } });
  expect(feed.knows({ ...EVERYTHING, span })).toBe(true);
});
