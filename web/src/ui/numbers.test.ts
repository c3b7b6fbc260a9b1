import { expect, test } from "vitest";
import { numberFrom } from "./numbers";

test.each([
  ["21.5", 21.5],
  [" 21,5 ", 21.5],
  ["-0,125", -0.125],
  ["1200", 1200],
  ["1,20", 1.2],
])("%j is %d", (text, number) => {
  expect(numberFrom(text)).toBe(number);
});

test.each(["", "many", "1,200", "-12,500", "1,200,000", "1,200.50"])("%j is no number, or could be two", (text) => {
  expect(numberFrom(text)).toBeNaN();
});
