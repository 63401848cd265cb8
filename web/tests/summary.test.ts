import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Summaries } from "../src/right/summary";
import { thingsOf } from "../src/things";
import { peer } from "./rows";

interface Request {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly answer: (first_seen: number) => void;
}

let asked: Request[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal("document", { getElementById: () => null });
  vi.stubGlobal("fetch", (path: string, { signal }: { readonly signal: AbortSignal }) => {
    return new Promise<Response>((resolve, reject) => {
      const answer = (first_seen: number): void => {
        resolve(Response.json({ first_seen, last_seen: 9, paths: [] }));
      };
      signal.addEventListener("abort", reject);
      asked.push({ path, signal, answer });
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const newest = (): Request => {
  const request = asked.at(-1);
  if (!request) throw new Error("nothing was asked");
  return request;
};

const about = (summaries: Summaries, n: number): number | null =>
  summaries.of(thingsOf(peer(n)), "", null)?.first_seen ?? null;

test("a slow answer is waited for, and the next asked for after it", async () => {
  const summaries = new Summaries();
  for (let i = 0; i < 5; i++) {
    expect(about(summaries, 1)).toBeNull();
    vi.advanceTimersByTime(3000);
  }
  expect(asked).toHaveLength(1);
  newest().answer(7);
  await vi.waitFor(() => {
    expect(about(summaries, 1)).toBe(7);
  });
  expect(asked).toHaveLength(2);
});

test("an answer about what is no longer chosen is not waited for", async () => {
  const summaries = new Summaries();
  about(summaries, 1);
  const first = newest();
  about(summaries, 2);
  expect(first.signal.aborted).toBe(true);
  expect(newest().path).toContain(encodeURIComponent(peer(2)));
  newest().answer(8);
  await vi.waitFor(() => {
    expect(about(summaries, 2)).toBe(8);
  });
  expect(summaries.of([], "", null)).toBeNull();
  expect(asked).toHaveLength(2);
});
