import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { InstanceView, Routing, RoutingView } from "../../protocol/routing";
import { drawn } from "../pretend";
import { Instances } from "./Instances";
import { Routes } from "./Routes";

const WELL: InstanceView = {
  model: "den/small",
  host: "den.example",
  places: ["fast", "fallback"],
  state: "ready",
  breaker: "closed",
  score: 0.8712,
  capability: 0.5,
  connections: 1,
  max_connections: 100,
  average_seconds: 1.234,
  success_rate: 1,
  error_rate: 0,
  calls: 12,
  errors: 0,
  failures_in_a_row: 0,
  rests_until: null,
  last_error: null,
  last_error_at: null,
  since: "2026-11-20T12:00:00.000Z",
};
const DEAD: InstanceView = {
  ...WELL,
  model: "attic/large",
  places: [],
  state: "resting",
  breaker: "open",
  connections: 0,
  calls: 1,
  errors: 1,
  success_rate: 0,
  average_seconds: null,
  failures_in_a_row: 5,
  rests_until: "2026-11-20T14:03:00.000Z",
  last_error: { code: "provider_unauthorized", message: "The key was not taken." },
  last_error_at: "2026-11-20T14:02:00.000Z",
};

let view: RoutingView;
let asked: (Routing | null)[];
let refusal: RestError | null;

beforeEach(() => {
  view = { routing: { fast: [], balanced: ["den/small"], strong: [], fallback: ["attic/large", "den/small"], strategy: "adaptive" }, source: "environment" };
  asked = [];
  refusal = null;
});
afterEach(cleanup);

const doors = (): Partial<Rest> => ({
  routing: () => Promise.resolve(view),
  setRouting: (routing) => {
    asked.push(routing);
    if (refusal !== null) return Promise.reject(refusal);
    view = { routing: routing ?? {}, source: routing === null ? "environment" : "app" };
    return Promise.resolve(view);
  },
});
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("each model says how it does, in plain words", async () => {
  await drawn(<Instances />, { instances: () => Promise.resolve([WELL, DEAD]) });
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date("2026-11-20T14:03:00.000Z"));
  const [well, dead] = await screen.findAllByRole("listitem");
  expect(well?.textContent).toBe("den/smallfast · stands in for others · den.exampleasked 12 times · never failed · 1.2 s an answer · writing 1 answer · score 0.87Ready.");
  expect(dead?.textContent).toContain(`Resting until ${time} after 5 failures in a row.`);
  expect(dead?.textContent).toContain("asked 1 time · failed 1 time · 0 % of the last answered");
  expect(dead?.textContent).toContain("The key was not taken.");
});

test.each([
  ["trying", 5, "It has rested, and is tried with the next question."],
  ["full", 5, "Busy: it writes 100 answers at once, and may not write more."],
  ["failing", 5, "Left out for a moment: more than half of what it was asked in the last minute failed."],
  ["ready", 0, "Ready, and not asked yet."],
] as const)("one that is %s says so", async (state, calls, words) => {
  await drawn(<Instances />, { instances: () => Promise.resolve([{ ...WELL, state, calls }]) });
  expect(await screen.findByText(words)).toBeTruthy();
});

test("one looks again without leaving the page", async () => {
  let now = DEAD;
  await drawn(<Instances />, { instances: () => Promise.resolve([now]) });
  await screen.findByText(/^Resting/);
  now = { ...WELL, model: DEAD.model };
  await press("Look again");
  expect(await screen.findByText("Ready.")).toBeTruthy();
});

test("where nobody may be asked there is nothing to watch, and what does not come says why", async () => {
  await drawn(<Instances />, { instances: () => Promise.resolve([]) });
  expect(await screen.findByText("No provider is allowed, so there is nothing to watch.")).toBeTruthy();
  cleanup();
  await drawn(<Instances />, { instances: () => Promise.reject(new RestError("The server cannot be reached just now.", 0)) });
  expect((await screen.findByRole("alert")).textContent).toMatch(/cannot be reached/);
});

test("the routes are shown in order, changed, and left to the server again", async () => {
  await drawn(<Routes />, doors());
  const rows = within(await screen.findByRole("region", { name: "Routes" })).getAllByRole("listitem");
  expect(rows.map((row) => row.textContent)).toEqual([
    "FastNobody in particular: whoever answers by default.",
    "Balancedden/small",
    "StrongNobody in particular: whoever answers by default.",
    "When others failattic/large, den/small",
    "Of severalWhoever does best: quick, sure and not busy.",
  ]);
  expect(screen.getByText("So the settings of the server say.")).toBeTruthy();
  await press("Change the routes");
  await userEvent.type(screen.getByLabelText("Add to Fast"), " den/small ,, attic/large");
  await press("Take attic/large out of When others fail");
  await press("Take den/small out of When others fail");
  await userEvent.selectOptions(screen.getByLabelText("Of several"), "round_robin");
  await press("Save");
  expect(asked).toEqual([{ fast: ["den/small", "attic/large"], balanced: ["den/small"], strong: [], fallback: [], strategy: "round_robin" }]);
  expect(await screen.findByText("Questions go this way from now on.")).toBeTruthy();
  expect(screen.getByText("Nobody: an answer that fails says so.")).toBeTruthy();
  await press("Go by the settings of the server");
  expect(asked[1]).toBeNull();
  expect(await screen.findByText("The settings of the server count again.")).toBeTruthy();
});

test("routes that are refused stay written, with the reason", async () => {
  refusal = new RestError("nobody/x cannot stand in a route: no provider here has it.", 422, "invalid_message");
  await drawn(<Routes />, doors());
  await press("Change the routes");
  await userEvent.type(screen.getByLabelText("Add to Strong"), "nobody/x");
  await press("Save");
  expect((await screen.findByRole("alert")).textContent).toMatch(/no provider here has it/);
  expect(screen.getByLabelText<HTMLInputElement>("Add to Strong").value).toBe("nobody/x");
});

test("a list is put in another order by keys alone, and the focus goes with what is moved", async () => {
  await drawn(<Routes />, doors());
  await press("Change the routes");
  const list = () => within(screen.getByRole("list", { name: "When others fail" })).getAllByRole("listitem").map((row) => row.textContent);
  const focused = () => document.activeElement?.getAttribute("aria-label");
  await userEvent.type(screen.getByLabelText("Add to When others fail"), "attic/small{Enter}");
  expect(list()).toEqual(["attic/large", "den/small", "attic/small"]);
  expect(asked).toEqual([]);

  screen.getByRole("button", { name: "Move attic/small up in When others fail" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(list()).toEqual(["attic/large", "attic/small", "den/small"]);
  expect(focused()).toBe("Move attic/small up in When others fail");
  expect(screen.getByText("attic/small is number 2 of 3 now.")).toBeTruthy();
  await userEvent.keyboard("{Enter}");
  expect(list()).toEqual(["attic/small", "attic/large", "den/small"]);
  expect(focused()).toBe("Move attic/small down in When others fail");

  screen.getByRole("button", { name: "Take den/small out of When others fail" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(focused()).toBe("Take attic/large out of When others fail");
  await userEvent.keyboard("{Enter}{Enter}");
  expect(screen.queryByRole("list", { name: "When others fail" })).toBeNull();
  expect(document.activeElement).toBe(screen.getByLabelText("Add to When others fail"));
});
