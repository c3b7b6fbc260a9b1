import { expect, test } from "vitest";
import { orderAfter, ordered } from "./order";

const values = (list: (string | number | null)[], isDescending = false) =>
  ordered(
    list.map((value) => ({ value })),
    { column: "value", isDescending },
    new Map([["r-1", "Attic"]]),
  ).map((row) => row["value"]);

test("numbers are ordered as numbers, and numbers in words too", () => {
  expect(values([10, 9, -1])).toEqual([-1, 9, 10]);
  expect(values(["Room 10", "Room 9"])).toEqual(["Room 9", "Room 10"]);
});

test("what says nothing is at the end, whichever way", () => {
  expect(values([null, 2, "", 1])).toEqual([1, 2, null, ""]);
  expect(values([null, 2, "", 1], true)).toEqual([2, 1, null, ""]);
});

test("times are ordered as times, not by how they are said", () => {
  expect(values(["2026-11-20T09:00:00Z", "2026-09-30T09:00:00Z"])).toEqual(["2026-09-30T09:00:00Z", "2026-11-20T09:00:00Z"]);
});

test("an id is ordered by the name that is shown for it", () => {
  expect(values(["Cellar", "r-1"])).toEqual(["r-1", "Cellar"]);
});

test("a head leads upwards, downwards and back; another one begins anew", () => {
  const up = orderAfter(null, "a");
  const down = orderAfter(up, "a");
  expect([up, down, orderAfter(down, "a")]).toEqual([{ column: "a", isDescending: false }, { column: "a", isDescending: true }, null]);
  expect(orderAfter(down, "b")).toEqual({ column: "b", isDescending: false });
});
