import { expect, test, vi } from "vitest";
import type { JsonValue } from "../protocol";
import { shapeOf } from "./rows";
import { inWords, lineOf, linesOf, thinned } from "./series";

const hours = (count: number, more: (hour: number) => Record<string, JsonValue>) =>
  Array.from({ length: count }, (_, hour) => ({ at: `2026-11-20T${String(hour).padStart(2, "0")}:00:00Z`, ...more(hour) }));

const lines = (value: JsonValue) => {
  const rows = shapeOf(value)?.rows;
  return rows ? linesOf(rows).map((line) => line.label) : [];
};

test("numbers in a row are a line; a few of them, or words among them, are not", () => {
  expect(lineOf([1, 2, 3, 2])?.points).toEqual([1, 2, 3, 2].map((value, index) => ({ at: index + 1, value })));
  expect(lineOf([1, 2, 3])).toBeNull();
  expect(lineOf([1, 2, "3", 4])).toBeNull();
});

test("each column of numbers beside times is a line", () => {
  expect(lines(hours(6, (hour) => ({ watts: hour * 10, volts: 230 + hour, meter: "main" })))).toEqual(["watts", "volts"]);
});

test("a day is that day wherever it is read", () => {
  vi.stubEnv("TZ", "America/New_York");
  const table = shapeOf([20, 21, 22, 23].map((day) => ({ day: `2026-11-${String(day)}`, watts: day })))?.rows;
  const [line] = table ? linesOf(table) : [];
  expect(line?.points.map(({ at }) => new Date(at).getDate())).toEqual([20, 21, 22, 23]);
  vi.unstubAllEnvs();
});

test("things that merely have a time are none", () => {
  expect(lines(hours(6, (hour) => ({ name: `Device ${hour}`, watts: hour })))).toEqual([]);
  expect(lines([{ name: "Oven", watts: 1 }])).toEqual([]);
});

test("a line goes from left to right, and what was not measured is left out", () => {
  const table = shapeOf(hours(6, (hour) => ({ watts: hour === 2 ? null : hour })).toReversed())?.rows;
  const [line] = table ? linesOf(table) : [];
  expect(line?.points.map((point) => point.value)).toEqual([0, 1, 3, 4, 5]);
});

test("a long line is drawn with fewer points, and keeps its peaks", () => {
  const points = Array.from({ length: 10_000 }, (_, at) => ({ at, value: at === 5_431 ? 99 : at % 7 }));
  const few = thinned(points, 400);
  expect(few.length).toBeLessThanOrEqual(400);
  expect(few).toContainEqual({ at: 5_431, value: 99 });
  expect(few.map((point) => point.at)).toEqual(few.map((point) => point.at).toSorted((a, b) => a - b));
});

test("it can be said in a sentence", () => {
  const line = lineOf([3, 1, 4, 1, 5]);
  expect(line && inWords(line, String)).toBe("Numbers: 5 values, between 1 and 5, the last 5.");
});
