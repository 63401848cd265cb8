/** Which rows have to do with what is chosen or pointed at. */
import { isGroup } from "./address";
import { thingsOf, type Thing } from "./things";

/** The parts of a row that say whose it is. */
export interface Ends {
  readonly encap: string | null;
  readonly vni: number | null;
  readonly outer_src: string | null;
  readonly outer_dst: string | null;
  readonly inner_src?: string | null;
  readonly inner_dst?: string | null;
}

/** Both directions of a pair; of one thing, all from and to it. */
export function touching(key: string): (row: Ends) => boolean {
  const [a, b] = thingsOf(key);
  if (a === undefined) return () => false;
  if (b === undefined) return (row) => isEnd(a, row, "src") || isEnd(a, row, "dst");
  return (row) =>
    (isEnd(a, row, "src") && isEnd(b, row, "dst")) ||
    (isEnd(b, row, "src") && isEnd(a, row, "dst"));
}

function isEnd(thing: Thing, row: Ends, side: "src" | "dst"): boolean {
  const outer = side === "src" ? row.outer_src : row.outer_dst;
  const inner = side === "src" ? row.inner_src : row.inner_dst;
  // Null where rows of several encapsulations are one.
  const isOfEncap = thing.encap === "" || row.encap === null || row.encap === thing.encap;
  const isOfNetwork = isOfEncap && row.vni === thing.vni;
  switch (thing.kind) {
    case "network":
      return isOfNetwork;
    case "peer":
    case "others":
      return outer === thing.peer;
    case "part":
      return outer === thing.peer && isOfNetwork;
    case "endpoint":
      return outer === thing.peer && isOfNetwork && inner === thing.address;
    case "groups":
      return outer !== null && isGroup(outer);
    default:
      return false;
  }
}
