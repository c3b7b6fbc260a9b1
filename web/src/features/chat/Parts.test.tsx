import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { Message, Part, ToolCallPart } from "../../protocol";
import { body } from "../../state/story";
import { Keeping } from "../../ui/kept";
import { markdownIsThere } from "../../ui/Markdown";
import { Parts } from "./Parts";
import { InRoom } from "./pretend-room";

afterEach(cleanup);

const TABLE = "| device | watts |\n|---|--:|\n| Oven | 1,940 |\n";

const run = (id: string, label: string, changes: Partial<ToolCallPart> = {}): ToolCallPart => ({
  kind: "tool_call",
  tool_call_id: id,
  name: "get_devices_in_room",
  arguments: {},
  label,
  status: "completed",
  summary: "1 device",
  result: [{ name: "Oven", watts: 1940 }],
  truncated: false,
  error: null,
  duration_ms: 4,
  cached: false,
  repeated: false,
  decided_by: null,
  undo: null,
  ...changes,
});
const text = (words: string): Part => ({ kind: "text", text: words, length: words.length });

async function shown(...parts: Part[]) {
  show(parts);
  await screen.findAllByRole("table");
}

function show(parts: Part[], changes: Partial<Message> = {}) {
  const message: Message = { ...body("m1", { role: "assistant", parts }), rev: 1, position: 1, ...changes };
  return render(
    <InRoom>
      <Keeping>
        <Parts message={message} isOpen onOpen={() => undefined} />
      </Keeping>
    </InRoom>,
  );
}

test("a table in an answer leads to the run that its figures are from, which opens", async () => {
  const user = userEvent.setup();
  await shown(run("t1", "Looked at the kitchen"), text(TABLE));
  await user.click(screen.getByRole("button", { name: "Show where it is from: Looked at the kitchen" }));
  const line = screen.getByRole("button", { name: /^Looked at the kitchen/ });
  expect(document.activeElement).toBe(line);
  expect(line.getAttribute("aria-expanded")).toBe("true");
});

test("it names what came before it, the last three, and nothing that failed or came after", async () => {
  const failed = run("t0", "Looked at the attic", { status: "failed", result: null });
  const before = ["one", "two", "three", "four"].map((room) => run(room, `Looked at room ${room}`));
  await shown(failed, ...before, text(TABLE), run("t9", "Looked at the cellar"));
  const named = screen.getAllByRole("button", { name: /^Show where it is from/ }).map((button) => button.textContent);
  expect(named).toEqual(["Looked at room two", "Looked at room three", "Looked at room four"]);
});

test("a table that nothing was looked up for says nothing of where it is from", async () => {
  await shown(text(TABLE), run("t1", "Looked at the kitchen"));
  expect(screen.queryByRole("button", { name: /^Show where it is from/ })).toBeNull();
});

const WORDS = "Found 1 device in the **Room 1940**:\n\n1. **Oven**: on, 1,940 W [1940](https://example.org) `1940`\n\n| watts |\n|--:|\n| 1,940 |\n";
const builtIn: Partial<Message> = { model: "built-in", status: "completed" };

test("a figure in an answer of the built-in model leads to the run that it is from, which opens", async () => {
  const user = userEvent.setup();
  const { container } = show([run("t1", "Looked at the kitchen"), text(WORDS)], builtIn);
  await user.click(await screen.findByRole("link", { name: "1,940, from: Looked at the kitchen" }));
  const line = screen.getByRole("button", { name: /^Looked at the kitchen/ });
  expect(document.activeElement).toBe(line);
  expect(line.getAttribute("aria-expanded")).toBe("true");
  expect([...container.querySelectorAll(".figure")].map((figure) => figure.textContent)).toEqual(["1", "1,940"]);
});

test("its words read as they did, to the letter", async () => {
  const { container } = show([run("t1", "Looked at the kitchen"), text("On, 1,940 W.")], builtIn);
  await screen.findByRole("link");
  expect(container.querySelector(".prose")?.textContent.trim()).toBe("On, 1,940 W.");
});

test.each([
  ["that a language model wrote", { ...builtIn, model: "openai/gpt" }],
  ["that is still being written", { ...builtIn, status: "running" }],
] as const)("a figure %s leads nowhere", async (_, changes) => {
  await markdownIsThere;
  const { container } = show([run("t1", "Looked at the kitchen"), text("On, 1,940 W.")], changes);
  expect(container.querySelector(".prose p")?.textContent).toBe("On, 1,940 W.");
  expect(screen.queryByRole("link")).toBeNull();
});

test("a figure is not from what was looked up after it", async () => {
  await markdownIsThere;
  show([run("t1", "Looked at the study", { result: 3, summary: null }), text("On, 1,940 W, 3 lamps."), run("t2", "Looked at the kitchen")], builtIn);
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("aria-label"))).toEqual(["3, from: Looked at the study"]);
});
