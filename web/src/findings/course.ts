/** What the traffic of a finding's subject did, from before it began until now. */
import { amount, listOf, number, shape } from "../decode";
import { ask, Refused } from "../server";
import type { Finding } from "./report";

export interface CourseOf {
  /** Ends of the steps, in seconds since 1970. */
  readonly times: readonly number[];
  /** Bits a second on the wire, step by step. */
  readonly rates: readonly number[];
}

const series = shape({
  times: listOf(number),
  elapsed_s: listOf(number),
  bytes: listOf(listOf(amount)),
});

/** Asked anew at most this often, in milliseconds. */
const EVERY_MS = 2000;
/** Seconds that are shown of the time before it began, and steps in all. */
const BEFORE_S = 60;
const STEPS = 120;

export class Course {
  private about = "";
  private askedAt = -Infinity;
  private found: CourseOf | null = null;

  /** As far as it is known by now; the next drawing knows more. */
  of(finding: Finding, now: number): CourseOf | null {
    const about = `${finding.id} ${String(finding.opened)}`;
    if (about !== this.about) this.found = null;
    const isOld = performance.now() - this.askedAt > EVERY_MS;
    if (about !== this.about || isOld) {
      this.about = about;
      this.askedAt = performance.now();
      void this.ask(about, pathFor(finding, now));
    }
    return this.found;
  }

  private async ask(about: string, path: string): Promise<void> {
    try {
      const course = readCourse(await ask(path));
      if (about === this.about) this.found = course;
    } catch (error) {
      // Without it there is no curve; the stream tells what is wrong with the server.
      if (!(error instanceof TypeError || error instanceof Refused)) throw error;
    }
  }
}

/** @throws ReplyError naming the first member that is not as documented. */
export function readCourse(value: unknown): CourseOf {
  const { times, elapsed_s, bytes } = series(value, "series");
  const rates = elapsed_s.map((seconds, i) => {
    const size = bytes.reduce((sum, row) => sum + (row[i] ?? 0), 0);
    return seconds > 0 ? (8 * size) / seconds : 0;
  });
  return { times, rates };
}

/** Where in the course a time is: 0 at its first step's end, 1 at its last. Steps are as wide as each other. */
export function shareOf(time: number, { times }: CourseOf): number {
  const after = times.findIndex((end) => end >= time);
  if (after === 0 || times.length < 2) return 0;
  if (after < 0) return 1;
  const [before = time, end = time] = times.slice(after - 1);
  return (after - (end - time) / (end - before)) / (times.length - 1);
}

/** @param now the newest time that is known, in seconds since 1970. */
export function pathFor(finding: Finding, now: number): string {
  const { opened, closed, peers, between, endpoints, example, vni } = finding;
  const from = opened - BEFORE_S;
  const to = Math.min(now, (closed ?? now) + BEFORE_S);
  const words = new URLSearchParams({
    from: from.toFixed(3),
    to: to.toFixed(3),
    by: "vni",
    limit: "1",
    step: String(Math.max(1, Math.round((to - from) / STEPS))),
  });
  // Between two peers that stand by themselves nothing of it passes.
  const inside = example ? [] : endpoints.map((one) => `endpoint:${one}`);
  const filter = peers.length === 1 || between ? peers.map((one) => `peer:${one}`) : inside;
  if (vni !== null) filter.push(`vni:${String(vni)}`);
  if (filter.length > 0) words.set("filter", filter.join(" "));
  return `api/v1/series?${words.toString()}`;
}
