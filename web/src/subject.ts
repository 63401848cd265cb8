/** What the right panel talks about: the chosen thing, else the last drill, else everything. */
import { isGroup } from "./address";
import { NO_COUNTS, sum, type Counts } from "./amounts";
import type { Flow, Tunnel } from "./api/drain";
import { drillsOf } from "./filter/edit";
import type { Selection } from "./state";
import { networkKey, thingsOf, type Thing } from "./things";
import type { Traffic } from "./traffic";

type Row = Tunnel | Flow;
export type Side = "src" | "dst";

export interface Subject {
  /** Empty for everything, two for what goes between two. */
  readonly things: readonly Thing[];
  /** What has to do with it, as finely as it needs. */
  readonly rows: readonly Row[];
  /** What the first sends (to the second), and gets back, in the measure's unit. */
  readonly sent: number;
  readonly received: number;
  /** Null of what is added up inside an arc: its rows are those of the whole arc. */
  readonly counts: Counts | null;
}

type Sums = Pick<Subject, "sent" | "received">;

export function subjectOf(traffic: Traffic, selection: Selection): Subject {
  const things = subjectThings(selection);
  const isFine = things.some(({ kind }) => kind === "endpoint");
  const all: readonly Row[] = isFine ? traffic.flows : traffic.tunnels;
  const rows = all.filter((row) => concerns(row, things, traffic));
  if (things.some(({ kind }) => kind === "others")) {
    return { things, rows, ...sumsInCircle(things, traffic), counts: null };
  }
  const [first, second] = things;
  const goesOut = (row: Row): boolean => first === undefined || isAt(row, "src", first, traffic);
  const comesIn = (row: Row): boolean =>
    second === undefined ? first === undefined || isAt(row, "dst", first, traffic) : !goesOut(row);
  return {
    things,
    rows,
    sent: sum(rows.filter(goesOut).map(traffic.amount)),
    received: sum(rows.filter(comesIn).map(traffic.amount)),
    counts: rows.reduce(added, NO_COUNTS),
  };
}

/** As the circle adds them up: what is inside an arc that is opened is of that arc. */
function sumsInCircle([first, second]: readonly Thing[], { inside }: Traffic): Sums {
  const within = (thing: Thing | undefined): number[] =>
    inside.places.flatMap(({ key, rim }, i) =>
      thing === undefined || key === thing.key || rim === thing.key ? [i] : [],
    );
  const between = (from: readonly number[], to: readonly number[]): number =>
    sum(from.flatMap((i) => to.map((j) => inside.values[i]?.[j] ?? 0)));
  const [own, others] = [within(first), within(second)];
  const isItself = first?.key === second?.key;
  return { sent: between(own, others), received: isItself ? 0 : between(others, own) };
}

/** Whether an end of a row is, or is behind, a thing. */
export function isAt(row: Row, side: Side, thing: Thing, { ends }: Pick<Traffic, "ends">): boolean {
  const outer = side === "src" ? row.outer_src : row.outer_dst;
  const isOfNetwork = row.vni === thing.vni && (thing.encap === "" || row.encap === thing.encap);
  switch (thing.kind) {
    case "peer":
    case "others":
      return thing.peer === "" ? isOfNetwork : outer === thing.peer;
    case "part":
      return outer === thing.peer && isOfNetwork;
    case "endpoint":
      return outer === thing.peer && isOfNetwork && innerOf(row, side) === thing.address;
    case "network":
      return isOfNetwork;
    case "groups":
      return isGroup(outer);
    case "first":
    case "other":
      return ends(row)[side === "src" ? 0 : 1] === thing.key;
  }
}

/** The inner address of an end; "" where there is none, or a tunnel does not tell. */
export function innerOf(row: Row, side: Side): string {
  if (!("inner_src" in row)) return "";
  return side === "src" ? row.inner_src : row.inner_dst;
}

/** Whether a row runs between two things, or begins or ends at one; all rows concern none. */
export function concerns(row: Row, [first, second]: readonly Thing[], traffic: Traffic): boolean {
  if (first === undefined) return true;
  const at = (side: Side, thing: Thing): boolean => isAt(row, side, thing, traffic);
  if (second === undefined) return at("src", first) || at("dst", first);
  return (at("src", first) && at("dst", second)) || (at("src", second) && at("dst", first));
}

function subjectThings({ chosen, filter }: Selection): Thing[] {
  if (chosen !== null) return thingsOf(chosen);
  const last = drillsOf(filter).at(-1);
  const [, name, value = ""] = /^(\w+):(.+)$/.exec(last ?? "") ?? [];
  if (name === "peer") return thingsOf(value);
  if (name === "vni" && /^(none|\d+)$/.test(value)) {
    return thingsOf(networkKey(value === "none" ? null : Number(value)));
  }
  return [];
}

function added(left: Counts, right: Counts): Counts {
  return {
    packets: left.packets + right.packets,
    bytes: left.bytes + right.bytes,
    inner_bytes: left.inner_bytes + right.inner_bytes,
  };
}
