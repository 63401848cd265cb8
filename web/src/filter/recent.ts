/** The last filters, kept in the browser. */

const STORED = "tunnel-monitor.filters";
const MOST = 8;

/** The newest first. */
export function recentFilters(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function rememberFilter(filter: string): void {
  const text = filter.trim();
  if (text === "") return;
  try {
    const kept = [text, ...recentFilters().filter((one) => one !== text)].slice(0, MOST);
    localStorage.setItem(STORED, JSON.stringify(kept));
  } catch {
    // Without storage there are no recent filters.
  }
}
