import { describe, expect, test } from "vitest";
import type { Conversation, UserState } from "../protocol";
import type { Known } from "./list";
import { NO_LISTS, listed, newest, readAfter, remains, withRead } from "./list";
import { at, framed, head } from "./story";

const one = (tick: number, changes: Partial<Conversation> = {}) => head(tick, { id: `c-${tick}`, ...changes });
const ids = (list: readonly Conversation[]) => list.map(({ id }) => id);

/** A list whose live head reaches down to `window`; "" when it is the whole list. */
function known(conversations: Conversation[], window: string, changes: Partial<Known> = {}): Known {
  const state: UserState = { kind: "user", topic: "user:u", account: null, window, conversations, inbox: [], notices: [] };
  return { head: state, ...NO_LISTS, ...changes };
}

describe("a list that is held whole", () => {
  const all = known([one(9), one(8), one(7)], "");

  test("is seen from either end without asking for more", () => {
    expect(ids(listed(all, "latest"))).toEqual(["c-9", "c-8", "c-7"]);
    expect(ids(listed(all, "oldest"))).toEqual(["c-7", "c-8", "c-9"]);
    expect([remains(all, "latest"), remains(all, "oldest"), remains(all, "archive")]).toEqual([false, false, true]);
  });
});

describe("a list of which the head is held", () => {
  const start = known([one(9), one(8)], at(8));

  test("goes on where it was read, without what lies between", () => {
    const read = { ...start, ...withRead({ ...start, sort: "latest" }, "latest", [one(7), one(6)], true) };
    expect(ids(listed(read, "latest"))).toEqual(["c-9", "c-8", "c-7", "c-6"]);
    expect(remains(read, "latest")).toBe(true);
    const other = { ...read, ...withRead({ ...read, sort: "latest" }, "oldest", [one(1), one(2)], true) };
    expect(ids(listed(other, "latest"))).toEqual(["c-9", "c-8", "c-7", "c-6"]);
    expect(ids(listed(other, "oldest"))).toEqual(["c-1", "c-2"]);
    const whole = { ...other, ...withRead({ ...other, sort: "latest" }, "latest", [one(2), one(1)], false) };
    expect(remains(whole, "latest")).toBe(false);
    expect(ids(listed(whole, "oldest"))).toEqual(["c-1", "c-2", "c-6", "c-7", "c-8", "c-9"]);
  });

  test("from the oldest nothing is seen before something was read", () => {
    expect(listed(start, "oldest")).toEqual([]);
    expect(remains(start, "oldest")).toBe(true);
  });

  test("one that something happens in moves to its new place", () => {
    const read = { ...start, ...withRead({ ...start, sort: "latest" }, "latest", [one(7)], true) };
    const moved = { ...read, head: { ...start.head, conversations: [one(12, { id: "c-7" }), one(9), one(8)] } as UserState };
    expect(ids(listed(moved, "latest"))).toEqual(["c-7", "c-9", "c-8"]);
  });
});

test("the archive is apart, and holds what was put there a moment ago", () => {
  const away = { is_archived: true, updated_at: at(20) };
  const all = known([one(9), one(8)], "", { read: [one(8, away)] });
  expect(ids(listed(all, "latest"))).toEqual(["c-9"]);
  expect(listed(all, "archive")).toEqual([]);
  const opened = { ...all, ...withRead({ ...all, sort: "latest" }, "archive", [one(8, away), one(3, away)], false) };
  expect(ids(listed(opened, "archive"))).toEqual(["c-8", "c-3"]);
});

test("what is leaving is out of sight, and a new title is seen at once", () => {
  const all = known([one(9), one(8)], "", { leaving: new Set(["c-9"]), titles: { "c-8": "Lamps" } });
  expect(listed(all, "latest").map(({ title }) => title)).toEqual(["Lamps"]);
});

test("of one conversation the newer copy counts, and of equals the live one", () => {
  const old = one(5, { title: "old" });
  const renamed = one(5, { title: "new", updated_at: at(6) });
  expect(newest([old], [renamed])).toEqual([renamed]);
  expect(newest([renamed], [old])).toEqual([renamed]);
  expect(newest([old], [{ ...old, title: "other" }])).toEqual([old]);
});

describe("what happens to one that lies behind the live head", () => {
  const read = [one(3), one(2)];

  test("another tab's change reaches it", () => {
    const conversation = one(3, { is_archived: true, updated_at: at(9) });
    const after = readAfter(read, framed(4, { type: "conversation_updated", conversation }, "user:u"));
    expect(after.find(({ id }) => id === "c-3")?.is_archived).toBe(true);
  });

  test("another tab's deletion takes it away", () => {
    expect(ids(readAfter(read, framed(4, { type: "conversation_deleted", conversation_id: "c-3" }, "user:u")))).toEqual(["c-2"]);
  });

  test("what was never read is not kept", () => {
    expect(readAfter(read, framed(4, { type: "conversation_updated", conversation: one(8) }, "user:u"))).toBe(read);
  });
});
