/** Words can be read on what they stand on, in both themes. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const THEMES = ["base.css", "code.css"].map((file) => readFileSync(join(import.meta.dirname, file), "utf-8").split('data-theme="dark"'));
const light = THEMES.map(([theme]) => theme).join();
const dark = THEMES.map(([, theme]) => theme).join();

const WORDS = ["ink", "soft", "faint", "warn", "bad", "focus"];
const GROUNDS = ["paper", "side", "card"];

function channels(theme: string, name: string): number[] {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(theme)?.[1] ?? "";
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
}

function luminance(theme: string, name: string): number {
  const [r = 0, g = 0, b = 0] = channels(theme, name).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(theme: string, one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(theme, one), luminance(theme, other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe.each([
  ["light", light],
  ["dark", dark],
])("in the %s theme", (_, theme) => {
  test.each(WORDS.flatMap((word) => GROUNDS.map((ground) => [word, ground] as const)))("%s on %s", (word, ground) => {
    expect(contrast(theme, word, ground)).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ["ink", "tint"],
    ["soft", "tint"],
    ["faint", "tint"],
    ["on-ember", "ember"],
    ["ink", "code"],
    ["faint", "code"],
    ["good", "code"],
    ["bad", "code"],
    ["code-word", "code"],
    ["code-string", "code"],
    ["code-number", "code"],
    ["code-name", "code"],
    ["paper", "ink"],
  ] as const)("%s on %s", (word, ground) => {
    expect(contrast(theme, word, ground)).toBeGreaterThanOrEqual(4.5);
  });
});
