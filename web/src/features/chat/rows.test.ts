import { expect, test } from "vitest";
import type { Message, Notice } from "../../protocol";
import { at, body, empty } from "../../state/story";
import { rowsOf } from "./rows";

const question = (id: string, minute: number): Message => ({ ...body(id, { created_at: at(minute) }), position: minute, rev: minute });
const answer = (id: string, minute: number, parent: string): Message => ({
  ...body(id, { role: "assistant", parent_id: parent, created_at: at(minute) }),
  position: minute,
  rev: minute,
});
const notice = (id: string, minute: number): Notice => ({ id, level: "info", text: "The Kettle was removed.", created_at: at(minute) });

const talk = [question("q1", 10), answer("a1", 11, "q1"), question("q2", 20), answer("a2", 23, "q2")];
const kinds = (messages: Message[], notices: Notice[], { window = 0, isEnd = true } = {}) =>
  rowsOf({ ...empty(), messages, notices, window }, [], isEnd).map(({ kind, key }) => (kind === "notice" ? key : kind));

test("what the house said stands where it was said, and never between a question and its answer", () => {
  expect(kinds(talk, [notice("n1", 5), notice("n2", 12), notice("n3", 15), notice("n4", 22), notice("n5", 30)])).toEqual([
    "n1",
    "question",
    "answer",
    "n2",
    "n3",
    "question",
    "answer",
    "n4",
    "n5",
  ]);
  expect(kinds([], [notice("n1", 5)])).toEqual(["n1"]);
});

test("what was said before or behind the messages that are shown is not", () => {
  const notices = [notice("n1", 5), notice("n2", 15), notice("n3", 30)];
  expect(kinds(talk, notices, { window: 10, isEnd: false })).toEqual(["question", "answer", "n2", "question", "answer"]);
});
