import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { JsonValue, ToolCallPart } from "../../protocol";
import type { ToolRunView } from "../../protocol/rest";
import { InRoom } from "./pretend-room";
import { ToolLine } from "./ToolLine";

afterEach(cleanup);

const call = (changes: Partial<ToolCallPart> = {}): ToolCallPart => ({
  kind: "tool_call",
  tool_call_id: "t",
  name: "get_devices_in_room",
  arguments: { room: "kitchen" },
  label: "Looked at the kitchen",
  status: "completed",
  summary: "2 devices",
  result: [
    { name: "Oven", watts: 1940 },
    { name: "Kettle", watts: 0 },
  ],
  truncated: false,
  error: null,
  duration_ms: 4.2,
  cached: false,
  repeated: false,
  decided_by: null,
  undo: null,
  ...changes,
});

test("it is one line in words: what, what came of it, how long", () => {
  show(call());
  expect(screen.getByRole("button", { name: /Looked at the kitchen · 2 devices · 4 ms/ })).toBeTruthy();
  expect(screen.queryByRole("table")).toBeNull();
});

test("it opens to what went in and a table of what came out; JSON on demand", async () => {
  const user = userEvent.setup();
  show(call());
  await user.click(screen.getByRole("button", { expanded: false }));
  expect(await screen.findByText("kitchen")).toBeTruthy();
  expect(screen.getByRole("cell", { name: "1,940" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "As JSON" }));
  expect(screen.queryByRole("table")).toBeNull();
  expect(screen.getByText(/"watts": 1940/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Copy the JSON" }));
  expect(JSON.parse(await navigator.clipboard.readText())).toMatchObject({ arguments: { room: "kitchen" } });
});

test.each([
  ["pending", /^Looked at the kitchen ?…/],
  ["executing", /^Looked at the kitchen ?…/],
  ["denied", /not done/],
  ["unknown", /nobody knows whether it happened/],
  ["waiting", /waits for a word/],
] as const)("one that is %s says so", (status, words) => {
  show(call({ status, summary: null, result: null, duration_ms: null }));
  expect(screen.getByRole("button", { name: words })).toBeTruthy();
});

test("a failed one says what failed and what to do without being opened", () => {
  const error = { code: "tool_timeout", message: "The meter did not answer in time. Ask again in a minute." };
  show(call({ status: "failed", summary: "failed", result: null, error }));
  expect(screen.getByText("The meter did not answer in time. Ask again in a minute.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Looked at the kitchen · failed · 4 ms" })).toBeTruthy();
});

test("what was remembered, is known from before or was estimated says so", () => {
  show(call({ cached: true, result: { is_offline: true, is_estimated: true, rooms: [] } }));
  expect(screen.getByRole("button", { name: /offline, as last known · estimated · remembered from before/ })).toBeTruthy();
});

test("what may have become untrue since it was read says how old it is", () => {
  show(call({ cached: true, summary: "2 devices, as of 3 minutes ago", duration_ms: 0.4 }));
  expect(screen.getByRole("button", { name: "Looked at the kitchen · 2 devices, as of 3 minutes ago · remembered from before" })).toBeTruthy();
});

test("a result that was too long for the page is fetched when somebody wants it", async () => {
  const whole = Array.from({ length: 2_000 }, (_, row) => ({ name: `Device ${row}`, watts: row }));
  show(call({ result: null, truncated: true }), { runs: () => Promise.resolve([run(whole)]) });
  await userEvent.click(screen.getByRole("button", { expanded: false }));
  await userEvent.click(await screen.findByRole("button", { name: "Show the whole result" }));
  expect(await screen.findByText("2,000 rows")).toBeTruthy();
});

test("a whole result that cannot be had says why, and can be asked for again", async () => {
  let isAway = true;
  const runs = () => (isAway ? Promise.reject(new RestError("The server cannot be reached just now.", 0)) : Promise.resolve([run([{ name: "Oven" }])]));
  show(call({ result: null, truncated: true }), { runs });
  await userEvent.click(screen.getByRole("button", { expanded: false }));
  await userEvent.click(await screen.findByRole("button", { name: "Show the whole result" }));
  await screen.findByText(/The server cannot be reached just now./);
  isAway = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("cell", { name: "Oven" })).toBeTruthy();
});

function show(part: ToolCallPart, rest: Partial<Rest> = {}): void {
  render(
    <InRoom rest={rest}>
      <ToolLine call={part} message="m" />
    </InRoom>,
  );
}

function run(result: JsonValue): ToolRunView {
  const ids = { id: "run", conversation_id: "c", message_id: "m", turn_id: "t", tool_call_id: "t" };
  return { ...ids, name: "get_devices_in_room", arguments: {}, status: "completed", result, error: null, duration_ms: 4, cached: false, started_at: "", ended_at: null };
}
