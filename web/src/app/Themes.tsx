import type { Theme } from "./theme";
import { THEMES, chooseTheme, useTheme } from "./theme";

const WORDS: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

/** The themes, of which one is chosen. */
export function Themes() {
  const now = useTheme();
  return (
    <div className="themes" role="group" aria-label="Theme">
      {THEMES.map((theme) => (
        <button key={theme} aria-pressed={theme === now} onClick={() => chooseTheme(theme)}>
          {WORDS[theme]}
        </button>
      ))}
    </div>
  );
}
