/** The past by any grouping and filter, as the server tells it. */
import { NO_COUNTS, type Counts } from "../amounts";
import { amount, listOf, number, orAbsent, shape, text } from "../decode";
import { LONGEST_S, type Column } from "../series";
import type { Selection } from "../state";
import { endpointKey, networkKey, OTHER } from "../things";

/** What is stacked: see docs/reference/api.md. */
export type SeriesBy = "peer" | "segment" | "endpoint";

/** Layers that stand apart: more cannot be told from each other. */
const MOST_GROUPS = 12;
/** As many points as a picture has. */
const POINTS = 300;

/**
 * The path of the request, below the page's own; null where the stream tells all of it.
 *
 * @param isWhole of a capture: all there is, however long ago.
 */
export function seriesPath(selection: Selection, isWhole: boolean): string | null {
  const { filter, unit, size, back_s } = selection;
  const by = seriesBy(selection);
  const isWire = unit === "packets" || size === "wire";
  const isUsual = isWhole || back_s === LONGEST_S;
  if (by === "peer" && filter === "" && isWire && isUsual) return null;
  const words = new URLSearchParams({ by });
  if (!isWhole) {
    words.set("from", `-${String(back_s)}s`);
    words.set("step", String(Math.max(1, Math.round(back_s / POINTS))));
  }
  words.set("limit", String(MOST_GROUPS));
  if (filter !== "") words.set("filter", filter);
  return `api/v1/series?${words.toString()}`;
}

export function seriesBy({ grouping, layer }: Pick<Selection, "grouping" | "layer">): SeriesBy {
  if (grouping === "vni") return "segment";
  return layer === "overlay" ? "endpoint" : "peer";
}

const group = shape({
  encap: orAbsent(text),
  vni: orAbsent(number),
  outer_src: orAbsent(text),
  inner_src: orAbsent(text),
});
const lines = listOf(listOf(amount));
const series = shape({
  times: listOf(number),
  elapsed_s: listOf(number),
  groups: listOf(group),
  packets: lines,
  bytes: lines,
  inner_bytes: lines,
});

/**
 * Columns by the keys of things.ts; what is added up is "other".
 *
 * @param path of the request.
 * @throws ReplyError naming the first member that is not as documented.
 */
export function readSeries(value: unknown, path: string): Column[] {
  const by = new URLSearchParams(path.split("?")[1]).get("by");
  const { times, elapsed_s, groups, packets, bytes, inner_bytes } = series(value, "series");
  const keys = [...groups.map((one) => keyOf(one, by)), OTHER];
  return times.map((time, i) => {
    const counts = new Map<string, Counts>();
    for (const [g, key] of keys.entries()) {
      const before = counts.get(key) ?? NO_COUNTS;
      counts.set(key, {
        packets: before.packets + (packets[g]?.[i] ?? 0),
        bytes: before.bytes + (bytes[g]?.[i] ?? 0),
        inner_bytes: before.inner_bytes + (inner_bytes[g]?.[i] ?? 0),
      });
    }
    return { time, interval_s: elapsed_s[i] ?? 0, counts };
  });
}

/** Two encapsulations may have one network: their counts are added. What has no address is "other". */
function keyOf(
  { encap, vni, outer_src, inner_src }: ReturnType<typeof group>,
  by: string | null,
): string {
  if (by === "segment") return networkKey(vni);
  if (outer_src === null || outer_src === "") return OTHER;
  return by === "peer" ? outer_src : endpointKey(outer_src, encap ?? "", vni, inner_src ?? "");
}
