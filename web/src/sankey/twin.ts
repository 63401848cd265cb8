/** The rows behind the sankey: each sender, network and receiver, biggest first. */
import type { Twin } from "../drawing";
import { unitName } from "../pairs";
import { thingsOf } from "../things";
import type { Traffic } from "../traffic";
import type { Passage } from "./passages";

type Cells = [sender: string, vni: number | null, receiver: string, behind: string, value: number];

export function sankeyTwin(passages: readonly Passage[], { measure }: Traffic): Twin {
  const sums = new Map<string, Cells>();
  for (const passage of passages) {
    const cells = cellsOf(passage);
    const key = cells.slice(0, 4).join("|");
    const before = sums.get(key);
    if (before) before[4] += passage.value;
    else if (passage.value > 0) sums.set(key, cells);
  }
  return {
    caption: "Who sends how much through which network to whom, biggest first",
    columns: [
      { name: "From" },
      { name: "VNI" },
      { name: "To" },
      { name: "Behind" },
      { name: "Sent", unit: unitName(measure) },
    ],
    rows: [...sums.values()].sort((a, b) => b[4] - a[4]),
  };
}

function cellsOf({ sender, vni, receiver, value }: Passage): Cells {
  const [from] = thingsOf(sender);
  const [to] = thingsOf(receiver ?? "");
  const who = from?.kind === "endpoint" ? from.address : sender;
  return [who, vni, to?.address ?? receiver ?? "not told", to?.peer ?? "", value];
}
