// Runs before the first paint, so that no page flashes in the wrong theme. A file of its own
// because the server's policy allows no script inside the page.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("tunnel-monitor.theme");
  } catch {
    // Storage may be switched off; the system's theme then decides at each visit.
  }
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  document.documentElement.dataset.theme =
    chosen === "dark" || chosen === "light" ? chosen : light ? "light" : "dark";
})();
