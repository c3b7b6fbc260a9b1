import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { ToolCallPart } from "../../protocol";
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
  ...changes,
});

test("it is one line in words: what, what came of it, how long", () => {
  render(<ToolLine call={call()} />);
  expect(screen.getByRole("button", { name: /Looked at the kitchen · 2 devices · 4 ms/ })).toBeTruthy();
  expect(screen.queryByRole("table")).toBeNull();
});

test("it opens to what went in and a table of what came out; JSON on demand", async () => {
  render(<ToolLine call={call()} />);
  await userEvent.click(screen.getByRole("button", { expanded: false }));
  expect(screen.getByText("kitchen")).toBeTruthy();
  expect(screen.getByRole("cell", { name: "1,940" })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "As JSON" }));
  expect(screen.queryByRole("table")).toBeNull();
  expect(screen.getByText(/"watts": 1940/)).toBeTruthy();
});

test("a failed one says so without being opened", () => {
  const error = { code: "tool_timeout", message: "The meter did not answer in time." };
  render(<ToolLine call={call({ status: "failed", summary: "failed", result: null, error })} />);
  expect(screen.getByText("The meter did not answer in time.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Looked at the kitchen · failed · 4 ms" })).toBeTruthy();
});

test("what was remembered or cut off says so", async () => {
  render(<ToolLine call={call({ cached: true, truncated: true })} />);
  expect(screen.getByRole("button", { name: /remembered from before/ })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { expanded: false }));
  expect(screen.getByText(/only the beginning/)).toBeTruthy();
});
