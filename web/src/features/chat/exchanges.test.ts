import { expect, test } from "vitest";
import type { Message } from "../../protocol";
import { body } from "../../state/story";
import { exchangesOf } from "./exchanges";

const said = (id: string, position: number, parent: string | null = null): Message => ({
  ...body(id, parent === null ? {} : { role: "assistant", parent_id: parent }),
  position,
  rev: position,
});

const ids = (messages: Message[]) =>
  exchangesOf(messages).map(({ question, versions }) => [question?.id ?? null, ...versions.map((one) => one.id)]);

test("an answer stands behind its question, though others asked in between", () => {
  expect(ids([said("q1", 1), said("a1", 2, "q1"), said("q2", 3), said("q3", 4), said("a2", 5, "q2"), said("a3", 6, "q3")])).toEqual([
    ["q1", "a1"],
    ["q2", "a2"],
    ["q3", "a3"],
  ]);
});

test("the answers to one question are its versions", () => {
  expect(ids([said("q", 1), said("a", 2, "q"), said("b", 3, "q")])).toEqual([["q", "a", "b"]]);
});

test("answers whose question is not held stand on their own, together", () => {
  expect(ids([said("a", 2, "q"), said("b", 3, "q"), said("q2", 4)])).toEqual([[null, "a", "b"], ["q2"]]);
});
