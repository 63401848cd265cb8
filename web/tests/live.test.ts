import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Live, liveAddress, type Stream } from "../src/live";
import { noticeOf, pillOf } from "../src/pill";
import { event } from "./rows";

/** What the page needs of the browser's EventSource, driven by the test. */
class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  onerror: (() => void) | null = null;
  closed = false;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.all.push(this);
  }

  close(): void {
    this.closed = true;
  }

  send(data: string): void {
    this.dispatchEvent(new MessageEvent("drain", { data }));
  }
}

const newest = (): FakeSource => {
  const source = FakeSource.all.at(-1);
  if (!source) throw new Error("no stream was opened");
  return source;
};

let streams: Stream[] = [];
let drains: [number, string | null][] = [];
let status = 200;

function start(): Live {
  return new Live({
    drain: (drain, { peer }) => drains.push([drain.drains, peer]),
    stream: (stream) => streams.push(stream),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status })));
  [FakeSource.all, streams, drains, status] = [[], [], [], 200];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the address says window and peer", () => {
  expect(liveAddress({ window: "total", filter: "", peer: null })).toBe("api/v1/live?window=total");
  expect(liveAddress({ window: "last", filter: "", peer: "2001:db8::5" })).toBe(
    "api/v1/live?window=last&peer=2001%3Adb8%3A%3A5",
  );
});

test("drains arrive with the peer they were asked for", () => {
  const live = start();
  live.follow({ window: "last", filter: "", peer: null });
  newest().send(JSON.stringify(event()));
  live.follow({ window: "last", filter: "", peer: "172.16.1.108" });
  newest().send(JSON.stringify(event({ drains: 1001 })));
  expect(drains).toEqual([
    [1000, null],
    [1001, "172.16.1.108"],
  ]);
  expect(FakeSource.all[0]?.closed).toBe(true);
  live.follow({ window: "last", filter: "", peer: "172.16.1.108" });
  expect(FakeSource.all).toHaveLength(2);
});

test("a broken stream says since when, and is opened again", async () => {
  const live = start();
  live.follow({ window: "last", filter: "", peer: null });
  newest().send(JSON.stringify(event()));
  newest().onerror?.();
  expect(streams).toEqual([{ kind: "live" }, { kind: "lost", since: Date.now() }]);
  await vi.advanceTimersByTimeAsync(500);
  expect(FakeSource.all).toHaveLength(2);
  newest().send(JSON.stringify(event({ drains: 1002 })));
  expect(streams.at(-1)).toEqual({ kind: "live" });
});

test("silence counts as broken", async () => {
  const live = start();
  live.follow({ window: "last", filter: "", peer: null });
  newest().send(JSON.stringify(event({ interval_s: 2 })));
  await vi.advanceTimersByTimeAsync(9_900);
  expect(streams.at(-1)?.kind).toBe("live");
  await vi.advanceTimersByTimeAsync(200);
  expect(streams.at(-1)?.kind).toBe("lost");
});

test("a capture is silent, and that is well", async () => {
  const live = start();
  live.follow({ window: "last", filter: "", peer: null });
  newest().send(JSON.stringify(event({}, { state: "file" })));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(streams).toEqual([{ kind: "live" }]);
  newest().onerror?.();
  expect(streams.at(-1)?.kind).toBe("lost");
});

test("a missing token is told from a server that is away", async () => {
  status = 401;
  const live = start();
  live.follow({ window: "last", filter: "", peer: null });
  newest().onerror?.();
  await vi.advanceTimersByTimeAsync(500);
  expect(streams.at(-1)).toEqual({ kind: "refused" });
  status = 503;
  await vi.advanceTimersByTimeAsync(1000);
  expect(streams.at(-1)?.kind).toBe("lost");
  expect(FakeSource.all).toHaveLength(1);
  status = 200;
  await vi.advanceTimersByTimeAsync(5000);
  expect(FakeSource.all).toHaveLength(2);
});

test("an event that cannot be read is named, and the next one heals", () => {
  const live = start();
  live.follow({ window: "last", filter: "", peer: null });
  newest().send("{");
  expect(streams.at(-1)?.kind).toBe("unreadable");
  newest().send(JSON.stringify(event({ time: "now" })));
  newest().send(JSON.stringify(event()));
  expect(streams.map(({ kind }) => kind)).toEqual(["unreadable", "live"]);
  expect(drains).toHaveLength(1);
});

test("the pill says the state, and since when", () => {
  const condition = {
    stream: { kind: "live" },
    paused: false,
    shownAt: 100,
    state: "live",
    span: null,
    newerLink: false,
  } as const;
  const text = (change: object): string =>
    pillOf({ ...condition, ...change }, 142_000).text.replaceAll("\u2009", " ");
  expect(text({})).toBe("LIVE");
  expect(text({ paused: true })).toBe("PAUSED \u221200:42");
  expect(text({ stream: { kind: "lost", since: 136_000 } })).toBe("RECONNECTING 6 s");
  expect(text({ stream: { kind: "lost", since: 136_000 }, paused: true })).toBe("RECONNECTING 6 s");
  expect(text({ state: "gone" })).toBe("INTERFACE GONE");
  expect(text({ state: "file", paused: true })).toBe("FILE");
  expect(text({ stream: { kind: "refused" } })).toBe("NO ACCESS");
});

test("a notice says what to do, and only when there is something", () => {
  const condition = {
    stream: { kind: "live" },
    paused: false,
    shownAt: 100,
    state: "live",
    span: null,
    newerLink: false,
  } as const;
  expect(noticeOf(condition, "eth0")).toBeNull();
  expect(noticeOf({ ...condition, newerLink: true }, "eth0")?.[1]).toContain("upgrade");
  expect(noticeOf({ ...condition, state: "gone" }, "eth0")?.[0]).toBe("eth0 is gone.");
  expect(noticeOf({ ...condition, stream: { kind: "refused" } }, "eth0")?.[1]).toContain("?token=");
});
