// Before anything is drawn: the theme that was chosen here, else the system's. `app/theme.ts` goes on from there.
(() => {
  let chosen = null;
  try {
    chosen = JSON.parse(localStorage.getItem("parlour.theme"));
  } catch {
    // Nothing can be read here: the system decides.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
