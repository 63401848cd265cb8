/** Dark or light: the system's choice until one is made here. public/theme.js sets the first. */

const STORED = "tunnel-monitor.theme";

export function toggleTheme(): void {
  const root = document.documentElement;
  const next = root.dataset.theme === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Without storage the choice lasts until the page ends or the system changes its mind.
  }
}
