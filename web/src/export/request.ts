/** The request of the API that has the numbers behind what is shown. */
import type { Selection } from "../state";
import type { Traffic } from "../traffic";
import { aboutWords } from "../table/remote";

/** As many rows as a reply may have. */
const ALL = "100000";

/** The path, below the page's own. */
export function requestFor(selection: Selection, traffic: Traffic): string {
  const words = aboutWords(selection, traffic);
  const { view, layer, grouping } = selection;
  switch (view) {
    case "chord":
    case "matrix":
      if (grouping === "vni") return flows("vni,outer_src,outer_dst", words);
      words.set("by", layer === "overlay" ? "endpoint" : "peer");
      words.set("limit", "500");
      return `api/v1/matrix?${words.toString()}`;
    case "sankey":
      return flows(layer === "overlay" ? "conversation" : "outer_src,vni,inner_dst", words);
    case "table":
      return flows(KINDS[selection.rows], words, selection.sort);
    case "timeline":
      return "api/v1/timeline";
    case "findings":
      return "api/v1/findings";
  }
}

const KINDS = {
  flows: "conversation",
  tunnels: "tunnel",
  peers: "peer",
  networks: "segment",
} as const;

function flows(by: string, words: URLSearchParams, sort = ""): string {
  words.set("by", by);
  if (sort !== "") words.set("sort", sort);
  words.set("limit", ALL);
  return `api/v1/flows?${words.toString()}`;
}
