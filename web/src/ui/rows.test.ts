import { describe, expect, test } from "vitest";
import { cell, cellIn, namesIn, shapeOf } from "./rows";

const KITCHEN = { id: "r-1", name: "Kitchen", type: "room" };

describe("finding the table in a result", () => {
  test("a list of objects is one, without ids and empty columns", () => {
    const shape = shapeOf([
      { id: "1", name: "Oven", state: "on", note: null },
      { id: "2", name: "Hob", state: "off", note: "" },
    ]);
    expect(shape?.rows?.columns).toEqual(["name", "state"]);
  });

  test("where there is nothing but ids they are shown", () => {
    expect(shapeOf([{ id: 3, customer_id: 7 }, { id: 4, customer_id: 7 }])?.rows?.columns).toEqual(["id", "customer_id"]);
  });

  test("ids that are numbers are shown beside others: they are what a database goes by", () => {
    expect(shapeOf([{ id: 3, name: "Brown & Sons", parent_id: "a7" }])?.rows?.columns).toEqual(["id", "name"]);
  });

  test("an object may hold one beside its fields", () => {
    const shape = shapeOf({ room: KITCHEN, count: 1, devices: [{ name: "Oven" }] });
    expect(shape?.rows?.rows).toEqual([{ name: "Oven" }]);
    expect(Object.keys(shape?.fields ?? {})).toEqual(["room", "count"]);
  });

  test("of many columns those that tell most are shown, and that there are more is said", () => {
    const rows = [1, 2].map((n) => ({ name: `D${n}`, type: "device", a: n, b: n, c: n, d: n, e: n, rare: n === 1 ? 1 : null }));
    const table = shapeOf(rows)?.rows;
    expect(table?.columns).toEqual(["name", "a", "b", "c", "d", "e"]);
    expect(table?.all).toEqual(["name", "type", "a", "b", "c", "d", "e", "rare"]);
  });

  test("anything else has none", () => {
    expect(shapeOf("text")).toBeNull();
    expect(shapeOf([1, 2])).toBeNull();
    expect(shapeOf([])).toBeNull();
  });
});

describe("saying a value", () => {
  test("a thing is said by its name, an id by the name that belongs to it", () => {
    const names = namesIn({ room: KITCHEN, devices: [{ id: "d", name: "Oven" }] });
    expect(cell(KITCHEN)).toBe("Kitchen");
    expect(cell("r-1", names)).toBe("Kitchen");
    expect(cell("d", names)).toBe("Oven");
  });

  test("a point in time is said as a date, and what only looks a little like one is not", () => {
    expect(cell("2026-11-20T09:00:00Z")).toMatch(/^20 Nov 2026, \d\d:\d\d$/);
    expect(cell("2026-11-20")).toBe("2026-11-20");
    expect(cell("2026-13-20T09:00:00Z")).toBe("2026-13-20T09:00:00Z");
  });

  test("a small number is not said to be nothing", () => {
    expect([0, 0.25, 21.4567, 0.0004, -0.00123456, 0.05].map((number) => cell(number))).toEqual(["0", "0.25", "21.457", "0.0004", "-0.00123", "0.05"]);
    expect(cell(1.5e-9)).toBe("1.5E-9");
  });

  test("numbers, marks and lists are words", () => {
    expect(cell(1940)).toBe("1,940");
    expect(cell(true)).toBe("yes");
    expect(cell([1, "two"])).toBe("1, two");
    expect(cell({ on_since: "noon", off: null })).toBe("on since noon");
    expect(cell(null)).toBe("");
  });

  test("a number that is a name is not grouped as an amount is", () => {
    const said = ["id", "customer_id", "year", "build_year", "zip", "order_number", "port"].map((column) => cellIn(column, 2024));
    expect(new Set(said)).toEqual(new Set(["2024"]));
    expect([cellIn("watts", 2024), cellIn("years", 2024), cellIn("paid", 2024)]).toEqual(["2,024", "2,024", "2,024"]);
    expect(cellIn("year", null)).toBe("");
  });
});
