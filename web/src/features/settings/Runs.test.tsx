import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { ToolRunLine, ToolRunView } from "../../protocol/rest";
import { ADMIN, drawn } from "../pretend";
import { Runs } from "./Runs";

const AT = "2026-11-20T09:00:00.000Z";
const LOOKED: ToolRunLine = {
  id: "r1",
  conversation_id: "c1",
  conversation_title: "The kitchen",
  project_id: "g",
  message_id: "m1",
  name: "get_devices_in_room",
  arguments: { room: "Kitchen" },
  status: "completed",
  problem: null,
  decided_by: null,
  duration_ms: 3,
  cached: false,
  started_at: AT,
};
const FAILED: ToolRunLine = { ...LOOKED, id: "r2", name: "database_change", status: "failed", problem: "The table is gone.", decided_by: "Robin" };
const WHOLE: ToolRunView = { ...LOOKED, turn_id: "t", tool_call_id: "k", result: { devices: [{ name: "Oven", state: "off" }] }, error: null, ended_at: AT };
const PROJECTS = [
  { id: "p", name: "Home", is_home: true, is_owner: false, is_archived: false },
  { id: "g", name: "Garden", is_home: false, is_owner: true, is_archived: false },
];

let asked: unknown[];
let pages: ToolRunLine[][];

beforeEach(() => {
  asked = [];
  pages = [[LOOKED], [FAILED]];
});
afterEach(cleanup);

function doors(): Partial<Rest> {
  return {
    done: (which) => {
      asked.push(which);
      const runs = pages.shift() ?? [];
      return Promise.resolve({ runs, has_more: pages.length > 0 });
    },
    run: (id) => {
      asked.push(id);
      return id === "r1" ? Promise.resolve(WHOLE) : Promise.reject(new RestError("Not found.", 404));
    },
  };
}

const shown = () => drawn(<Runs />, doors(), { ...ADMIN, projects: PROJECTS });

test("each run says what it was, how it went and where, and opens to what came back", async () => {
  const user = userEvent.setup();
  await shown();
  const line = await screen.findByRole("button", { name: /Get devices in room/ });
  expect(line.textContent).toContain("done · 3 ms");
  expect(screen.getByRole("link", { name: "The kitchen" }).getAttribute("href")).toBe("/projects/g/chat/c1#m1");
  expect(asked).toEqual([{ project: null, conversation: null, before: null }]);
  await user.click(line);
  expect(await screen.findByText("Oven")).toBeDefined();
  expect(asked.at(-1)).toBe("r1");
});

test("earlier runs follow below, with what went wrong and who decided", async () => {
  const user = userEvent.setup();
  await shown();
  await user.click(await screen.findByRole("button", { name: "Show earlier ones" }));
  const [, failed] = await screen.findAllByRole("listitem");
  expect(within(failed as HTMLElement).getByText("The table is gone.")).toBeDefined();
  expect(failed?.textContent).toContain("decided by Robin");
  expect(asked).toEqual([
    { project: null, conversation: null, before: null },
    { project: null, conversation: null, before: "r1" },
  ]);
  expect(screen.queryByRole("button", { name: "Show earlier ones" })).toBeNull();
});

test("one project can be looked at alone, and where nothing ran it says so", async () => {
  pages = [[LOOKED], []];
  const user = userEvent.setup();
  await shown();
  await user.selectOptions(await screen.findByLabelText("Project"), "Garden");
  expect(await screen.findByText("No tool has run for you here yet.")).toBeDefined();
  expect(asked).toEqual([
    { project: null, conversation: null, before: null },
    { project: "g", conversation: null, before: null },
  ]);
});

test("what was done in one conversation stands alone, with the way back to all of it", async () => {
  const conversation = "01900000-0000-7000-8000-000000000001";
  history.replaceState(null, "", `/settings/runs#${conversation}`);
  pages = [[LOOKED]];
  await shown();
  expect(await screen.findByRole("heading", { name: "What was done here" })).toBeDefined();
  expect(asked).toEqual([{ project: null, conversation, before: null }]);
  expect(screen.queryByLabelText("Project")).toBeNull();
  expect(screen.getByRole("link", { name: "Show it of all conversations" }).getAttribute("href")).toBe("/settings/runs");
  history.replaceState(null, "", "/");
});
