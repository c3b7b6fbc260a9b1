/** Light or dark: as the system has it, or as was chosen in this browser. `public/theme.js` begins with the same. */

import { useSyncExternalStore } from "react";
import { recalled, remembered } from "../connection/keep";
import { browserShelf } from "../connection/shelf";

export type Theme = "system" | "light" | "dark";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];

const KEY = "parlour.theme";
const CHOSEN = "parlour:theme";
/** The ground of the page, for the browser's own frame around it. */
const PAPER = { light: "#fbfaf7", dark: "#181714" };

/** What was chosen in this browser. */
export function chosenTheme(): Theme {
  const kept = recalled(browserShelf, KEY);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

/** Chooses a theme for this browser, for every tab of the page. */
export function chooseTheme(theme: Theme): void {
  remembered(browserShelf, KEY, theme);
  dispatchEvent(new Event(CHOSEN));
}

/** Keeps the page in its theme: when another is chosen, here or in another tab, and when the system's changes. */
export function followTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    const chosen = chosenTheme();
    const theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.dataset["theme"] = theme;
    // There is one for each theme of the system, and the browser takes the system's.
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.setAttribute("content", PAPER[theme]);
  };
  for (const name of [CHOSEN, "storage"]) addEventListener(name, follow);
  dark.addEventListener("change", follow);
  follow();
}

/** The theme that is chosen, as it is now. */
export function useTheme(): Theme {
  return useSyncExternalStore((changed) => {
    const names = [CHOSEN, "storage"];
    for (const name of names) addEventListener(name, changed);
    return () => {
      for (const name of names) removeEventListener(name, changed);
    };
  }, chosenTheme);
}
