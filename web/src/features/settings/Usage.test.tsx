import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import type { BudgetView, Grouping, NewBudget, Spent, UsageReport } from "../../protocol/spending";
import { ADMIN, GUEST, drawn } from "../pretend";
import { daysOf } from "./days-used";
import { Usage } from "./Usage";

const NOTHING: Spent = {
  requests: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
  total_tokens: 0,
  cost: 0,
  unpriced_requests: 0,
  estimated_requests: 0,
  duration_ms: 0,
};
const SOME: Spent = { ...NOTHING, requests: 3, prompt_tokens: 1200, completion_tokens: 300, total_tokens: 1500, cost: 20_000_000, estimated_requests: 1 };
const BOAT: BudgetView = {
  id: "b",
  scope: "project:p",
  kind: "project",
  name: "Boat",
  period: "month",
  max_cost: 10_000_000,
  max_tokens: null,
  max_seconds: null,
  used: SOME,
  share: 0.85,
  begins_anew: "2026-12-01T00:00:00.000Z",
};

let asked: unknown[];

beforeEach(() => {
  asked = [];
});
afterEach(cleanup);

function report(by: Grouping, spent: Spent = SOME): UsageReport {
  const rows = spent.requests === 0 ? [] : [{ ...spent, key: by === "user" ? "u" : "acme/small", name: by === "user" ? null : "acme/small" }];
  return { since: "2026-11-19", until: "2026-11-20", by, total: spent, rows };
}

function doors(spent: Spent = SOME, budgets: BudgetView[] = [BOAT]): Partial<Rest> {
  return {
    usage: (by) => Promise.resolve(report(by, spent)),
    budgets: () => Promise.resolve(budgets),
    setBudget: (budget: NewBudget) => {
      asked.push(budget);
      return Promise.resolve([BOAT]);
    },
    removeBudget: (id) => {
      asked.push(id);
      return Promise.resolve();
    },
  };
}

test("what was used stands in a table that says what is estimated and what nobody knows", async () => {
  await drawn(<Usage />, doors({ ...SOME, unpriced_requests: 1 }));
  const row = await screen.findByRole("row", { name: /acme\/small/ });
  expect(within(row).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["3", "1,200", "300", "2 ct"]);
  expect(screen.getByText(/Of 1 request the provider did not say how many: they are estimated\. The price of 1 request is not known/)).toBeTruthy();
});

test("it is told apart by whatever one chooses, and who has left has no name", async () => {
  await drawn(<Usage />, doors());
  await userEvent.selectOptions(screen.getByLabelText("By"), "user");
  expect(await screen.findByRole("row", { name: /Somebody who left/ })).toBeTruthy();
});

test("where no model was asked, it says so", async () => {
  await drawn(<Usage />, doors(NOTHING, []));
  expect(await screen.findByText("No model was asked in this time.")).toBeTruthy();
  expect(screen.getByText("There is none: models may use whatever is asked of them.")).toBeTruthy();
});

test("a day on which nothing was used is a point of the line too", () => {
  const used: UsageReport = { ...report("day"), rows: [{ ...SOME, key: "2026-11-20", name: "2026-11-20" }] };
  expect(daysOf(used, (row) => row.requests).map(({ value }) => value)).toEqual([0, 3]);
});

test("an admin sets a budget, and what is no amount is not sent", async () => {
  await drawn(<Usage />, doors());
  await userEvent.click(await screen.findByRole("button", { name: "Set a budget" }));
  const form = screen.getByRole("form", { name: "Set a budget" });
  await userEvent.click(within(form).getByRole("button", { name: "Save" }));
  expect(within(form).getByRole("alert").textContent).toBe("Limit money, tokens or seconds.");
  await userEvent.type(within(form).getByLabelText("US dollars"), "0,50");
  await userEvent.click(within(form).getByRole("button", { name: "Save" }));
  expect(asked).toEqual([{ scope: "tenant", period: "month", max_cost: 500_000_000, max_tokens: null, max_seconds: null }]);
});

test("a budget says how much of it is used, and is removed only after asking", async () => {
  await drawn(<Usage />, doors());
  expect(await screen.findByText("Project Boat")).toBeTruthy();
  expect(screen.getByText("85 % used")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Remove…" }));
  expect(asked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Remove it" }));
  expect(asked).toEqual(["b"]);
  expect(screen.queryByText("Project Boat")).toBeNull();
});

test("who is no admin sees budgets and decides nothing; a guest sees nothing at all", async () => {
  const view = await drawn(<Usage />, doors(), { ...ADMIN, role: "user", permissions: [] });
  expect(await screen.findByText("Project Boat")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Set a budget" })).toBeNull();
  view.unmount();
  await drawn(<Usage />, doors(), GUEST);
  expect(screen.getByText("What models use here is not shown to guests.")).toBeTruthy();
});
