import { expect, test } from "vitest";
import type { ConversationState, DurableEvent, Message } from "../protocol";
import type { Followed } from "./followed";
import { follow } from "./followed";
import { around, before, behind } from "./pages";
import { body, empty, framed, head } from "./story";

/** Twenty messages, of which somebody follows the last five. */
const ALL: Message[] = Array.from({ length: 20 }, (_, index) => ({ ...body(`m${index + 1}`), position: index + 1, rev: index + 1 }));
const HELD: ConversationState = { ...empty(), conversation: head(0), window: 16, messages: ALL.slice(15) };
const FOLLOWED: Followed = { state: HELD, seq: 20, apart: null };

const page = (from: number, to: number) => ({ items: ALL.slice(from - 1, to), has_more: from > 1 });
const later = (from: number, to: number) => ({ items: ALL.slice(from - 1, to), has_more: to < 20 });
const ids = (state: Followed["state"] | null) => (state?.kind === "conversation" ? state.messages.map((one) => one.position) : null);
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Somebody went to message number `at`, and was shown it with the two before and the two behind it. */
function went(at: number): Followed {
  const message = ALL[at - 1];
  if (message === undefined) throw new Error("there is no such message");
  return around(FOLLOWED, { before: page(at - 2, at - 1), message, after: later(at + 1, at + 2) }, []);
}

test("a page goes before what is held, and the conversation is held from there on", () => {
  const next = before("m16")(FOLLOWED, page(13, 15), []);
  expect(ids(next.state)).toEqual(numbers(13, 20));
  expect(next.state).toMatchObject({ window: 13 });
});

test("a page that belongs before something else has no place", () => {
  expect(before("m9")(FOLLOWED, page(7, 8), [])).toBe(FOLLOWED);
});

test("a link leads to a stretch of its own; what is followed stays what it is", () => {
  const there = went(8);
  expect(ids(there.apart)).toEqual(numbers(6, 10));
  expect(there.state).toBe(HELD);
});

test("the first page of all is held from the beginning", () => {
  const message = ALL[1];
  if (message === undefined) throw new Error("there is no such message");
  const there = around(FOLLOWED, { before: { items: ALL.slice(0, 1), has_more: false }, message, after: later(3, 4) }, []);
  expect(there.apart).toMatchObject({ window: 0 });
});

test("the stretch grows at both ends, and is one with the end as soon as it reaches it", () => {
  const wider = behind("m10")(before("m6")(went(8), page(4, 5), []), later(11, 13), []);
  expect([ids(wider.apart), ids(wider.state)]).toEqual([numbers(4, 13), numbers(16, 20)]);
  const joined = behind("m13")(wider, later(14, 16), []);
  expect([joined.apart, ids(joined.state)]).toEqual([null, numbers(4, 20)]);
});

test("a link close to the end leads to no stretch of its own", () => {
  const there = went(14);
  expect([there.apart, ids(there.state)]).toEqual([null, numbers(12, 20)]);
});

test("what is said of its messages is heard in the stretch, and what is new is not", () => {
  const say = (followed: Followed, seq: number, event: DurableEvent) => {
    const outcome = follow(followed, framed(seq, event));
    if (outcome.kind !== "applied") throw new Error(outcome.kind);
    return outcome.followed;
  };
  const deleted = say(went(8), 21, { type: "message_deleted", message_id: "m7", deleted_at: "now" });
  expect(deleted.apart?.messages[1]).toMatchObject({ id: "m7", deleted_at: "now", rev: 21 });
  const told = say(deleted, 22, { type: "new_message", message: body("m22") });
  expect([ids(told.apart), ids(told.state)]).toEqual([numbers(6, 10), [...numbers(16, 20), 22]]);
});

test("what was said while a page was read is not undone by it", () => {
  const missed = [framed(21, { type: "message_deleted", message_id: "m15", deleted_at: "now" })];
  const next = before("m16")(FOLLOWED, page(15, 15), missed);
  expect(next.state).toMatchObject({ messages: [{ id: "m15", deleted_at: "now" }, ...HELD.messages] });
});
