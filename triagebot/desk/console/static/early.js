// Runs before the first paint, so that the page never flashes in the wrong theme or density.
(function () {
  const root = document.documentElement;
  let prefs = {};
  try {
    prefs = JSON.parse(localStorage.getItem("triagebot.prefs")) || {};
  } catch {
    // Storage may be closed to us; the defaults do.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function theme() {
    const chosen = root.dataset.chosenTheme;
    root.dataset.theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  }
  root.dataset.chosenTheme = ["light", "dark"].includes(prefs.theme) ? prefs.theme : "system";
  root.dataset.density = prefs.density === "compact" ? "compact" : "comfortable";
  theme();
  dark.addEventListener("change", theme);
  root.addEventListener("theme", theme);
})();
