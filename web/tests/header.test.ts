import { expect, test } from "vitest";
import { costWords } from "../src/header";

test("own cost is the process's and, where it is measured, the programs'", () => {
  const words = (own_cost: Parameters<typeof costWords>[0]["own_cost"]): string =>
    costWords({ cpu_share: 0.004, own_cost }).join("");
  expect(words(null)).toBe("Own cost 0.4\u2009% of one core");
  expect(words({ ns_per_packet: 58.4, cpu_share: 0.003 })).toBe(
    "Own cost 58\u2009ns a packet, 0.7\u2009% of one core",
  );
  expect(words({ ns_per_packet: null, cpu_share: 0 })).toBe("Own cost 0.4\u2009% of one core");
});
