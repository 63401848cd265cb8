/** All drawings, in the order of their tabs: a new one is a line here. */
import { chord } from "./diagram";
import type { Kind } from "./drawing";
import { findings } from "./findings/list";
import { matrix } from "./heat/heatmap";
import { sankey } from "./sankey/sankey";
import { table } from "./table/table";
import { timeline } from "./time/timeline";

export const DRAWINGS: readonly Kind[] = [chord, matrix, sankey, table, timeline, findings];
