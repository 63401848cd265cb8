/** Small curves that start at zero. */
import { area, line } from "d3-shape";
import { select } from "d3-selection";

/** @param values in equal steps of time, the newest last. */
export function drawSpark(
  svg: SVGSVGElement,
  values: readonly number[],
  width: number,
  height: number,
  colour: string,
): void {
  const most = Math.max(...values, 1e-12) * 1.08;
  const x = (i: number): number => (i * (width - 3)) / Math.max(1, values.length - 1) + 1;
  const y = (value: number): number => height - 2 - (value / most) * (height - 4);
  const last = values.at(-1);
  const path = (name: string, d: string | null): void => {
    select(svg).selectAll(`path.${name}`).data([d]).join("path").attr("class", name).attr("d", d);
  };
  select(svg).attr("width", width).attr("height", height);
  path("fill", area<number>((_, i) => x(i), height, y)([...values]));
  path("line", line<number>((_, i) => x(i), y)([...values]));
  select(svg).select(".fill").attr("fill", colour).attr("opacity", 0.13);
  select(svg)
    .select(".line")
    .attr("fill", "none")
    .attr("stroke", colour)
    .attr("stroke-width", 1.25);
  select(svg)
    .selectAll("circle")
    .data(last === undefined ? [] : [last])
    .join("circle")
    .attr("r", 2)
    .attr("fill", colour)
    .attr("cx", x(values.length - 1))
    .attr("cy", y);
}
