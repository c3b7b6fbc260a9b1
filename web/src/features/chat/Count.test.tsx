import { cleanup, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import type { Spent } from "../../protocol/spending";
import { head } from "../../state/story";
import { drawn, ADMIN, GUEST } from "../pretend";
import { Count } from "./Count";
import { ID, Visit, answer, chunk, question } from "./pretend-room";

const USED: Spent = {
  requests: 2,
  prompt_tokens: 900,
  cached_tokens: 0,
  completion_tokens: 100,
  reasoning_tokens: 0,
  total_tokens: 1_000,
  cost: 32_000_000,
  unpriced_requests: 0,
  estimated_requests: 0,
  duration_ms: 10,
};
const CONVERSATION = { ...head(0), message_count: 2, total_tokens: 1_000 };

afterEach(cleanup);

function told(used: Spent): { asked: [string, string][]; rest: Partial<Rest> } {
  const asked: [string, string][] = [];
  const usedIn = (...what: [string, string]) => {
    asked.push(what);
    return Promise.resolve({ ...used, cost: used.cost * asked.length });
  };
  return { asked, rest: { usedIn } };
}

test("a conversation says what its answers cost so far, and again when another one has ended", async () => {
  const { asked, rest } = told(USED);
  const running = answer("a", 2, "q", "", { status: "running" });
  const visit = await Visit.begin({ conversation: CONVERSATION, messages: [question("q", 1, "Why?"), running] }, rest);
  expect(await screen.findByText("· 3.2 ct so far")).toBeTruthy();
  await visit.happens(chunk("a", 0, "", { is_final: true, status: "completed" }));
  expect(await screen.findByText("· 6.4 ct so far")).toBeTruthy();
  const day = head(0).created_at.slice(0, 10);
  expect(asked).toEqual([[ID, day], [ID, day]]);
});

test.each([
  [{ ...USED, unpriced_requests: 1 }, "2 messages · 3.2 ct so far, without what has no known price"],
  [{ ...USED, cost: 0 }, "2 messages"],
])("nothing is claimed that nobody knows", async (used, words) => {
  const state = { kind: "conversation", topic: `conversation:${ID}`, conversation: CONVERSATION, window: 0, messages: [], turns: [], approvals: [], notices: [] } as const;
  const view = await drawn(<Count state={{ ...state, messages: [], turns: [], approvals: [], notices: [] }} />, told(used).rest, ADMIN);
  await waitFor(() => expect(view.container.querySelector(".count-of")?.textContent).toBe(words));
});

test("a guest, who sees no usage, asks for none; nor does a talk for which no model was used", async () => {
  const { asked, rest } = told(USED);
  const state = { kind: "conversation" as const, topic: `conversation:${ID}`, window: 0, messages: [], turns: [], approvals: [], notices: [] };
  await drawn(<Count state={{ ...state, conversation: CONVERSATION }} />, rest, GUEST);
  await drawn(<Count state={{ ...state, conversation: { ...CONVERSATION, total_tokens: 0 } }} />, rest, ADMIN);
  expect(asked).toEqual([]);
  expect(screen.getAllByText("2 messages")).toHaveLength(2);
});
