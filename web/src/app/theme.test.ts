import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { chooseTheme, chosenTheme, followTheme } from "./theme";

const SCRIPT = readFileSync(join(import.meta.dirname, "../../public/theme.js"), "utf-8");
const META = document.createElement("meta");
META.name = "theme-color";

let systemIsDark: boolean;
let changed: () => void;

beforeEach(() => {
  localStorage.clear();
  systemIsDark = false;
  document.head.append(META);
  vi.stubGlobal("matchMedia", () => ({
    get matches() {
      return systemIsDark;
    },
    addEventListener: (_: string, listener: () => void) => (changed = listener),
  }));
});
afterEach(() => vi.unstubAllGlobals());

const seen = () => document.documentElement.dataset["theme"];

/** What the page looks like before its own code runs. */
function atFirst(): string | undefined {
  delete document.documentElement.dataset["theme"];
  runInThisContext(SCRIPT);
  return seen();
}

test("without a choice the page is as the system is, and follows it", () => {
  followTheme();
  expect(seen()).toBe("light");
  systemIsDark = true;
  changed();
  expect(seen()).toBe("dark");
  expect(META.content).toBe("#181714");
  expect(atFirst()).toBe("dark");
});

test("a choice counts at once, over the system, and from the first moment of the next page", () => {
  followTheme();
  chooseTheme("dark");
  expect([seen(), atFirst()]).toEqual(["dark", "dark"]);
  systemIsDark = true;
  chooseTheme("light");
  expect([seen(), atFirst(), META.content]).toEqual(["light", "light", "#fbfaf7"]);
  chooseTheme("system");
  expect([seen(), atFirst()]).toEqual(["dark", "dark"]);
});

test("the frame of the browser is as the page is, whatever the system's theme", () => {
  const dark = document.createElement("meta");
  dark.name = "theme-color";
  dark.media = "(prefers-color-scheme: dark)";
  document.head.append(dark);
  systemIsDark = true;
  followTheme();
  chooseTheme("light");
  expect([META.content, dark.content]).toEqual(["#fbfaf7", "#fbfaf7"]);
  dark.remove();
});

test("a choice in another tab counts here too", () => {
  followTheme();
  localStorage.setItem("parlour.theme", '"dark"');
  dispatchEvent(new Event("storage"));
  expect(seen()).toBe("dark");
});

test("what is no theme counts as none", () => {
  localStorage.setItem("parlour.theme", '"sepia"');
  expect(chosenTheme()).toBe("system");
  expect(atFirst()).toBe("light");
  localStorage.setItem("parlour.theme", "{");
  expect(atFirst()).toBe("light");
});
