/** The table's lines for export. */
import type { Twin } from "../drawing";
import { unitName } from "../pairs";
import type { Traffic } from "../traffic";
import type { Row, RowKind } from "./rows";

const PARTS = ["inner_src", "inner_dst", "outer_src", "outer_dst", "encap", "vni"] as const;
const KEPT: Readonly<Record<RowKind, readonly (typeof PARTS)[number][]>> = {
  flows: PARTS,
  tunnels: ["outer_src", "outer_dst", "encap", "vni"],
  peers: ["outer_src"],
  networks: ["encap", "vni"],
};

export function twinOf(rows: readonly Row[], kind: RowKind, { measure, amount }: Traffic): Twin {
  const parts = KEPT[kind];
  return {
    caption: `All ${kind}, as sorted`,
    columns: [
      ...parts.map((name) => ({ name })),
      ...(["packets", "bytes", "inner_bytes"] as const).map((name) => ({ name, unit: name })),
      { name: unitName(measure), unit: unitName(measure) },
    ],
    rows: rows.map((row) => [
      ...parts.map((name) => row[name]),
      row.packets,
      row.bytes,
      row.inner_bytes,
      amount(row),
    ]),
  };
}
