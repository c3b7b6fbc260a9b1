import { expect, test } from "vitest";
import { head } from "../../state/story";
import { byDay } from "./days";

test("a list is grouped by when something last happened", () => {
  const now = new Date(2026, 10, 20, 12);
  const ago = (days: number) => new Date(2026, 10, 20 - days, 9).toISOString();
  const list = [0, 0, 1, 3, 18, 60, 400].map((days, index) => head(0, { id: `c-${index}`, last_activity_at: ago(days) }));
  expect(byDay(list, now).map((day) => [day.name, day.conversations.length])).toEqual([
    ["Today", 2],
    ["Yesterday", 1],
    ["This week", 1],
    ["November", 1],
    ["September", 1],
    ["October 2025", 1],
  ]);
});
