// Runs before the first paint: the theme and the folded side bar must not flash.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = root.dataset.theme;
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  };
  apply();
  root.dataset.js = "";
  dark.addEventListener("change", apply);
  if (localStorage.getItem("yj-side") === "folded") root.dataset.side = "folded";
})();
