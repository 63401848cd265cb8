/** The grey stripes of everything that is added up as "other". */
import type { Selection } from "d3-selection";
import { OTHER_COLOUR } from "./colour";

export const HATCH = "url(#hatch)";

/** @param id each drawing needs its own: nothing is painted with a pattern that is hidden. */
export function addHatch(
  defs: Selection<SVGDefsElement, unknown, null, undefined>,
  id: string,
): void {
  const pattern = defs
    .append("pattern")
    .attr("id", id)
    .attr("patternUnits", "userSpaceOnUse")
    .attr("width", 5)
    .attr("height", 5)
    .attr("patternTransform", "rotate(45)");
  const stripe = (width: number): Selection<SVGRectElement, unknown, null, undefined> =>
    pattern.append("rect").attr("width", width).attr("height", 5).attr("fill", OTHER_COLOUR);
  stripe(5).attr("opacity", 0.35);
  stripe(2);
}
