/** How long something is, as shortly as can be said. */
import { THIN } from "../format";

/** "15 min", "1 s", "2.6 s", "20 ms", "26 h". */
export function wholeText(seconds: number): string {
  const minutes = seconds / 60;
  if (minutes >= 120)
    return `${String(Number((minutes / 60).toFixed(minutes < 600 ? 1 : 0)))}${THIN}h`;
  if (seconds < 0.95) return `${String(Number((1000 * seconds).toPrecision(2)))}${THIN}ms`;
  if (seconds >= 60) return `${String(Number(minutes.toFixed(minutes < 10 ? 1 : 0)))}${THIN}min`;
  return `${String(Number(seconds.toFixed(1)))}${THIN}s`;
}
