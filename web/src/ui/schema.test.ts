import { describe, expect, test } from "vitest";
import type { Json } from "../protocol";
import { argumentsFrom, linesFor, writtenOf } from "./schema";

const PARAMETERS: Json = {
  type: "object",
  required: ["name", "level", "tags"],
  $defs: { Kind: { enum: ["lamp", "plug"], type: "string" } },
  properties: {
    name: { type: "string", description: "What people call it." },
    level: { type: "number" },
    kind: { anyOf: [{ $ref: "#/$defs/Kind" }, { type: "null" }] },
    is_on: { type: "boolean" },
    tags: { type: "array", items: { type: "string" } },
    extra: { type: "object" },
    when: { anyOf: [{ type: "string" }, { type: "number" }] },
  },
};
const CALLED: Json = { name: "Lamp", level: 0.5, kind: "lamp", tags: ["soft", "warm"], extra: { watts: 11 } };
const LINES = linesFor(PARAMETERS, CALLED);

/** What stands in the form at first, with some of it changed. */
function written(changes: Record<string, string> = {}): Record<string, string> {
  return { ...Object.fromEntries(LINES.map((line) => [line.name, writtenOf(line, CALLED[line.name])])), ...changes };
}

test("each argument has a line of its kind", () => {
  expect(LINES.map(({ name, kind, options }) => [name, kind, options])).toEqual([
    ["name", "text", []],
    ["level", "number", []],
    ["kind", "choice", ["lamp", "plug"]],
    ["is_on", "choice", [true, false]],
    ["tags", "list", []],
    ["extra", "json", []],
    ["when", "json", []],
  ]);
  expect(LINES[0]).toMatchObject({ label: "Name", hint: "What people call it.", isRequired: true });
});

test("what nobody touches comes back as it was", () => {
  expect(argumentsFrom(LINES, written())).toEqual({ arguments: CALLED, wrong: {} });
});

test("a tool that is not known any more is asked by what it was called with", () => {
  expect(linesFor(null, { rooms: ["study"], on: true, deep: [1] }).map(({ kind }) => kind)).toEqual(["list", "choice", "json"]);
});

describe("what was changed", () => {
  test("comes back in its kind; what is emptied is left out", () => {
    const made = argumentsFrom(LINES, written({ level: "0,7", kind: "", is_on: "false", tags: " soft \n\n", extra: "", when: "3" }));
    expect(made).toEqual({ arguments: { name: "Lamp", level: 0.7, is_on: false, tags: ["soft"], when: 3 }, wrong: {} });
  });

  test("says of each line what is wrong", () => {
    expect(argumentsFrom(LINES, written({ level: "bright", extra: "{" })).wrong).toEqual({
      level: "Write a number, such as 21.5.",
      extra: "This is not JSON.",
    });
    expect(argumentsFrom(LINES, written({ level: "1,200" })).wrong).toEqual({ level: "Write a number, such as 21.5." });
    expect(argumentsFrom(LINES, written({ level: " " })).wrong).toEqual({ level: "This is needed." });
  });

  test("may be null where a null must be said", () => {
    const lines = linesFor({ required: ["room"], properties: { room: { anyOf: [{ type: "string" }, { type: "null" }] } } }, {});
    expect(argumentsFrom(lines, { room: "" })).toEqual({ arguments: { room: null }, wrong: {} });
  });
});
