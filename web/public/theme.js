// Runs before the first paint, so that no page flashes in the wrong theme. A file of its own
// because the server's policy allows no script inside the page.
(() => {
  const light = matchMedia("(prefers-color-scheme: light)");
  const choose = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("tunnel-monitor.theme");
    } catch {
      // Storage may be switched off; the system's theme then decides at each visit.
    }
    document.documentElement.dataset.theme =
      chosen === "dark" || chosen === "light" ? chosen : light.matches ? "light" : "dark";
  };
  choose();
  light.addEventListener("change", choose); // in the evening, on a wall
})();
