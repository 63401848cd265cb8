/** The reply of `findings` (docs/reference/findings.md), checked. */
import { flag, listOf, mapOf, number, oneOf, orNull, shape, text, type Decoder } from "../decode";

export type Severity = "high" | "medium" | "low";
/** Its unit is in its name. */
export type Evidence = number | string | readonly string[];

export interface Finding {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** `event`: it happened once, and is over. */
  readonly state: "open" | "closed" | "event";
  readonly severity: Severity;
  readonly confidence: string;
  /** By the monitor's own options. */
  readonly muted: boolean;
  readonly encap: string | null;
  readonly vni: number | null;
  /** Outer addresses: one, or both ends of a tunnel, the sender first. */
  readonly peers: readonly string[];
  /** Whether these are a tunnel's two ends, the sender first, or each stands by itself. */
  readonly between: boolean;
  /** Inner addresses, the sender first. */
  readonly endpoints: readonly string[];
  /** Whether it is about more than these: then they are only an example. */
  readonly example: boolean;
  readonly members: number;
  /** Seconds since 1970. */
  readonly opened: number;
  readonly last: number;
  readonly closed: number | null;
  readonly times: number;
  readonly explanation: string;
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly next: string;
}

export interface Check {
  readonly name: string;
  readonly title: string;
  readonly open: number;
}

export interface Report {
  /** The newest moment that was judged, in seconds since 1970. */
  readonly time: number;
  /** Changes with the rows. */
  readonly number: number;
  readonly rows: readonly Finding[];
  readonly checks: readonly Check[];
}

const evidence: Decoder<Evidence> = (value, at) => {
  if (Array.isArray(value)) return listOf(text)(value, at);
  return typeof value === "number" ? number(value, at) : text(value, at);
};

const finding: Decoder<Finding> = shape<Finding>({
  id: text,
  name: text,
  title: text,
  state: oneOf("open", "closed", "event"),
  severity: oneOf("high", "medium", "low"),
  confidence: text,
  muted: flag,
  encap: orNull(text),
  vni: orNull(number),
  peers: listOf(text),
  between: flag,
  endpoints: listOf(text),
  example: flag,
  members: number,
  opened: number,
  last: number,
  closed: orNull(number),
  times: number,
  explanation: text,
  evidence: mapOf(evidence),
  next: text,
});

const report: Decoder<Report> = shape<Report>({
  time: number,
  number,
  rows: listOf(finding),
  checks: listOf(shape<Check>({ name: text, title: text, open: number })),
});

/** @throws ReplyError naming the first member that is not as documented. */
export function readReport(value: unknown): Report {
  return report(value, "findings");
}
