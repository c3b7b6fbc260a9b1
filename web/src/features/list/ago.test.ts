import { expect, test } from "vitest";
import { ago, agoSaid } from "./ago";

const NOW = new Date(2026, 10, 20, 12).getTime();
const before = (hours: number) => new Date(NOW - hours * 3_600_000);

test.each([
  [0.01, "now", "just now"],
  [1 / 60, "1 min", "1 minute ago"],
  [0.99, "59 min", "59 minutes ago"],
  [1, "1 h", "1 hour ago"],
  [23.9, "23 h", "23 hours ago"],
  [24, "Thu", "yesterday"],
  [5 * 24, "Sun", "5 days ago"],
  [17 * 24, "3 Nov", "on 3 November 2026"],
  [365 * 24, "Nov 2025", "on 20 November 2025"],
])("%d hours ago is %s", (hours, seen, said) => {
  expect(ago(before(hours), NOW)).toBe(seen);
  expect(agoSaid(before(hours), NOW)).toBe(said);
});

test("what seems to lie ahead is now", () => {
  expect(ago(before(-3), NOW)).toBe("now");
  expect(agoSaid(before(-3), NOW)).toBe("just now");
});
