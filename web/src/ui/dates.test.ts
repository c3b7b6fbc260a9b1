import { expect, test } from "vitest";
import { exactly, since } from "./dates";

const NOW = new Date(2026, 10, 20, 12, 0, 0);
const ago = (minutes: number) => since(new Date(NOW.getTime() - minutes * 60_000).toISOString(), NOW.getTime());

test.each([
  [0, "just now"],
  [0.5, "just now"],
  [1, "1 min ago"],
  [59, "59 min ago"],
  [60, "1 h ago"],
  [11.9 * 60, "11 h ago"],
  [13 * 60, "yesterday, 23:00"],
  [35 * 60, "yesterday, 01:00"],
  [37 * 60, "18 Nov, 23:00"],
  [400 * 24 * 60, "16 Oct 2025, 12:00"],
])("%s minutes ago is said as %s", (minutes, words) => {
  expect(ago(minutes)).toBe(words);
});

test("what seems to lie ahead has just been: clocks differ a little", () => {
  expect(ago(-3)).toBe("just now");
});

test("what is no time is not made one", () => {
  expect([since("soon", NOW.getTime()), exactly("soon")]).toEqual(["", "soon"]);
});
