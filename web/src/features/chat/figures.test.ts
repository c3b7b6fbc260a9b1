import { expect, test } from "vitest";
import type { JsonValue, ToolCallPart } from "../../protocol";
import { figuresFrom } from "./figures";

const call = (id: string, result: JsonValue, changes: Partial<ToolCallPart> = {}): ToolCallPart => ({
  kind: "tool_call",
  tool_call_id: id,
  name: "get_devices_in_room",
  arguments: {},
  label: "Looked at the kitchen",
  status: "completed",
  summary: null,
  result,
  truncated: false,
  error: null,
  duration_ms: 4,
  cached: false,
  repeated: false,
  decided_by: null,
  undo: null,
  ...changes,
});

/** The words with every figure in brackets, and the run that it is from behind it. */
function found(words: string, ...calls: ToolCallPart[]): string {
  const stretches = figuresFrom(calls)?.(words) ?? [{ words, call: null }];
  expect(stretches.map((stretch) => stretch.words).join("")).toBe(words);
  return stretches.map((stretch) => (stretch.call === null ? stretch.words : `[${stretch.words}]${stretch.call}`)).join("");
}

test.each([
  ["It is 21.5 °C in the study.", "It is [21.5]a °C in the study."],
  ["It used 1,200 W.", "It used [1,200]a W."],
  ["It is at 60%, or 60 %.", "It is at [60]a%, or [60]a %."],
  ["It is -3 °C, or −3 °C outside (-3).", "It is [-3]a °C, or [−3]a °C outside ([-3]a)."],
  ["It was 3 once.", "It was 3 once."],
])("a number is a figure however it is written: %s", (words, as) => {
  expect(found(words, call("a", { inside: 21.5, watts: 1200, level: 60, outside: -3 }))).toBe(as);
});

test("what a tool gives as a number in words is the same number", () => {
  expect(found("The sum is 21.5 for 60 %.", call("a", { total: "21.50", part: "60 %" }))).toBe("The sum is [21.5]a for [60]a %.");
});

test("as many as there are in a list of the result, or in its few words, are a figure", () => {
  expect(found("There are 3 devices.", call("a", { devices: [{ on: true }, { on: false }, { on: true }] }))).toBe("There are [3]a devices.");
  expect(found("There are 2 devices.", call("a", [{ on: true }, { on: false }]))).toBe("There are [2]a devices.");
  expect(found("There are 9 devices.", call("a", null, { summary: "9 devices", truncated: true }))).toBe("There are [9]a devices.");
});

test("as many as one thing of many has are none", () => {
  expect(found("There are 2 more.", call("a", { devices: [{ abilities: ["on", "off"] }] }))).toBe("There are 2 more.");
});

test.each(["on 2026-11-21", "at 12:04", "version 1.2.3", "the 7th", "a 3D printer", "from 3–5", "7/8 done", "#12", "1e+06"])(
  "a number that belongs to more is no figure: %s",
  (words) => expect(found(words, call("a", [2026, 11, 21, 12, 4, 1, 1.2, 3, 7, 5, 8, 6]))).toBe(words),
);

test("a number that two runs have is from neither", () => {
  const [kitchen, study] = [call("a", { devices: 9, lights: 2 }), call("b", { devices: 2 })];
  expect(found("9 devices, 2 of them lights.", kitchen, study)).toBe("[9]a devices, 2 of them lights.");
});

test("a number that was asked for elsewhere, or that failed, is from nowhere", () => {
  const looked = call("a", { value: 21 });
  const failed = call("b", null, { status: "failed", arguments: { value: 21 }, error: { code: "failed", message: "It takes 4 tries." } });
  expect(found("It is 21 °C.", looked)).toBe("It is [21]a °C.");
  expect(found("It is 21 °C.", looked, failed)).toBe("It is 21 °C.");
  expect(found("It takes 4 tries.", call("a", { value: 4 }), failed)).toBe("It takes 4 tries.");
  expect(found("It is 21 °C.", failed)).toBe("It is 21 °C.");
});

test("a number in a name is no figure, also where the same number is one beside it", () => {
  const looked = call("a", { devices: [{ name: "Bulb 2" }, { name: "Lamp" }], program: "Eco 50", left: 50 });
  expect(found("2 lights: Bulb 2 and Lamp; bulb 2.", looked)).toBe("[2]a lights: Bulb 2 and Lamp; bulb 2.");
  expect(found("Runs “Eco 50”, 50 min left.", looked)).toBe("Runs “Eco 50”, [50]a min left.");
  expect(found("It is in 2 Doors.", call("a", { count: 2, name: "2 Doors" }))).toBe("It is in 2 Doors.");
});

test("what stands in quotes is somebody else's word", () => {
  expect(found("I know nothing of “2” but 2 lamps.", call("a", { lamps: 2 }))).toBe("I know nothing of “2” but [2]a lamps.");
});

test("a number in a sentence that was found is a figure", () => {
  const looked = call("a", { steps: ["Rinse it.", "Wait 20 minutes, then rinse it again."] });
  expect(found("Wait 20 minutes, then rinse it again.", looked)).toBe("Wait [20]a minutes, then rinse it again.");
});

test("where one of several results is not here whole, nobody can say which run a number is from", () => {
  const [whole, cut] = [call("a", { value: 21 }), call("b", null, { truncated: true })];
  expect(found("It is 21 °C.", whole, cut)).toBe("It is 21 °C.");
});

test("without a run that came back there is nothing to be from", () => {
  expect(figuresFrom([])).toBeNull();
  expect(figuresFrom([call("a", 1, { status: "executing" })])).toBeNull();
});
