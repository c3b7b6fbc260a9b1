import { expect, test } from "vitest";
import type { Message } from "../../protocol";
import { whoAnswered } from "./words";

const ANSWER: Message = {
  id: "a",
  conversation_id: "c",
  role: "assistant",
  author_id: null,
  client_message_id: null,
  turn_id: "t",
  parent_id: "q",
  replaces: null,
  replaced_by: null,
  parts: [],
  status: "completed",
  error: null,
  attempt: 1,
  model: "den/small",
  models: null,
  usage: null,
  created_at: "",
  edits: 0,
  answers_edit: 0,
  cached: false,
  edited_at: null,
  deleted_at: null,
  metadata: {},
  position: 2,
  rev: 2,
};

test("an answer tells who gave it, and after whom", () => {
  expect(whoAnswered(ANSWER)).toBe("den/small");
  expect(whoAnswered({ ...ANSWER, models: ["attic/large", "den/small"] })).toBe("den/small after attic/large");
  expect(whoAnswered({ ...ANSWER, models: ["attic/large", "openai/gpt", "den/small"] })).toBe("den/small after attic/large and openai/gpt");
  expect(whoAnswered({ ...ANSWER, model: "built-in" })).toBe("built in · no model used");
  expect(whoAnswered({ ...ANSWER, model: null })).toBe("");
});

test("an answer that was told again says that nobody was asked, and no cost", () => {
  expect(whoAnswered({ ...ANSWER, cached: true })).toBe("den/small · from before · no model asked");
});
