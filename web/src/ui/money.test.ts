import { expect, test } from "vitest";
import { costInWords, fromDollars, money } from "./money";

test.each([
  [0, "$0"],
  [1, "under 0.01 ct"],
  [2_000_000, "0.2 ct"],
  [123_000_000, "12 ct"],
  [1_250_000_000, "$1.25"],
  [1_234_500_000_000, "$1,234.50"],
])("%d billionths are %s", (billionths, words) => {
  expect(money(billionths)).toBe(words);
});

test("what is free is not what nobody knows", () => {
  expect([costInWords(0), costInWords(null), costInWords(2_000_000)]).toEqual(["free", "no price known", "0.2 ct"]);
});

test("what somebody writes is exact to a billionth, and nothing else is an amount", () => {
  expect([fromDollars("5"), fromDollars(" 0,01 "), fromDollars("0.000000001")]).toEqual([5_000_000_000, 10_000_000, 1]);
  expect([fromDollars("1,200"), fromDollars("12,5"), fromDollars("1200")]).toEqual([null, 12_500_000_000, 1_200_000_000_000]);
  expect([fromDollars(""), fromDollars("-1"), fromDollars("1e3"), fromDollars("much")]).toEqual([null, null, null, null]);
});
