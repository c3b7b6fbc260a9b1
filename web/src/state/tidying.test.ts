/** What is done to the list, over a server that the test plays by hand. */

import { beforeEach, describe, expect, test } from "vitest";
import { HandClock, HandLines, NOTHING_KEPT } from "../connection/pretend";
import type { Rest } from "../connection/rest";
import { RestError, restAt } from "../connection/rest";
import type { Conversation, TopicState } from "../protocol";
import type { Me } from "../protocol/rest";
import { listed } from "./list";
import { createRoom, listsOf } from "./room";
import { at, framed, head } from "./story";

const ME: Me = { user_id: "u", username: "robin", full_name: "Robin", role: "admin", permissions: [], projects: [], email: null, has_password: false };
const AWAY = new RestError("The server cannot be reached just now.", 0);
const SIGNED_OUT = new RestError("Please sign in.", 401);
const LAMPS = head(9, { id: "c-9", title: "Lamps" });
const FANS = head(8, { id: "c-8", title: "Fans" });

let clock: HandClock;
let lines: HandLines;
let asked: string[];
let refusing: RestError | null;
let pages: Conversation[][];
let me: Me | null;
let room: ReturnType<typeof createRoom>;

beforeEach(async () => {
  clock = new HandClock();
  lines = new HandLines();
  asked = [];
  refusing = null;
  pages = [];
  me = ME;
  room = createRoom({ rest: rest(), open: lines.open, clock, keep: NOTHING_KEPT });
  await room.acts.start();
  lines.last.greet();
  snapshot([LAMPS, FANS]);
});

function rest(): Rest {
  const asks = <T>(words: string, answer: T): Promise<T> => {
    asked.push(words);
    return refusing === null ? Promise.resolve(answer) : Promise.reject(refusing);
  };
  const elsewhere = restAt("", () => Promise.resolve(new Response("", { status: 404 })));
  return {
    ...elsewhere,
    me: () => (me === null ? Promise.reject(SIGNED_OUT) : Promise.resolve(me)),
    models: () => Promise.resolve([]),
    signOut: () => asks("sign out", undefined),
    conversations: (offset, end) => asks(`list ${end} ${offset}`, { items: pages.shift() ?? [], has_more: pages.length > 0 }),
    changeConversation: (id, { title, is_archived }) => {
      const before = id === LAMPS.id ? LAMPS : FANS;
      const after = { ...before, title: title ?? before.title, is_archived: is_archived ?? false, updated_at: at(50) };
      return asks(`change ${id}`, after);
    },
    deleteConversation: (id) => asks(`delete ${id}`, undefined),
  };
}

function snapshot(conversations: Conversation[], window = ""): void {
  const state: TopicState = { kind: "user", topic: "user:u", account: null, window, conversations, inbox: [], notices: [] };
  lines.last.say({ type: "snapshot", topic: state.topic, seq: 0, state, timestamp: at(0) });
  clock.pass(16);
}

const seen = () => listed(listsOf(room.store.getState()), "latest").map(({ title }) => title);
const said = () => room.store.getState().toasts.map(({ words }) => words);
const undo = () => room.store.getState().toasts.findLast((toast) => toast.undo !== null)?.undo?.();
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("deleting", () => {
  test("hides at once, can be undone for ten seconds, and asks nothing of the server until then", async () => {
    room.acts.remove(LAMPS);
    expect(seen()).toEqual(["Fans"]);
    expect(said()).toEqual(["“Lamps” is deleted for good in 10 seconds."]);
    clock.pass(9_999);
    undo();
    clock.pass(60_000);
    await settled();
    expect(seen()).toEqual(["Lamps", "Fans"]);
    expect(asked).toEqual([]);
  });

  test("is for good after ten seconds, and the line that offered otherwise is gone", async () => {
    room.acts.remove(LAMPS);
    clock.pass(10_000);
    await settled();
    expect(asked).toEqual(["delete c-9"]);
    expect(said()).toEqual([]);
    expect(seen()).toEqual(["Fans"]);
    lines.last.say(framed(1, { type: "conversation_deleted", conversation_id: "c-9" }, "user:u"));
    clock.pass(16);
    expect(seen()).toEqual(["Fans"]);
  });

  test("that fails says so, and the conversation is back", async () => {
    refusing = AWAY;
    room.acts.remove(LAMPS);
    clock.pass(10_000);
    await settled();
    expect(seen()).toEqual(["Lamps", "Fans"]);
    expect(said()).toEqual(["“Lamps” was not deleted. The server cannot be reached just now."]);
  });

  test("what was deleted in another tab meanwhile is as good", async () => {
    refusing = new RestError("Conversation not found.", 404);
    room.acts.remove(LAMPS);
    clock.pass(10_000);
    await settled();
    expect(said()).toEqual([]);
    expect(seen()).toEqual(["Fans"]);
  });

  test("is carried out when the page is left before it is over", async () => {
    room.acts.remove(LAMPS);
    room.acts.remove(FANS);
    undo();
    await room.acts.finish();
    expect(asked).toEqual(["delete c-9"]);
    clock.pass(60_000);
    expect(asked).toEqual(["delete c-9"]);
  });

  test("is carried out before one signs out", async () => {
    room.acts.remove(LAMPS);
    await room.acts.signOut();
    expect(asked).toEqual(["delete c-9", "sign out"]);
  });

  test("several can be undone one by one, however many there are", () => {
    const many = Array.from({ length: 6 }, (_, index) => head(index, { id: `d-${index}`, title: `Talk ${index}` }));
    for (const one of many) room.acts.remove(one);
    expect(room.store.getState().toasts).toHaveLength(6);
  });
});

describe("putting away", () => {
  test("hides at once, and stays so before the live list has heard of it", async () => {
    const done = room.acts.archive(LAMPS);
    expect(seen()).toEqual(["Fans"]);
    await done;
    expect(seen()).toEqual(["Fans"]);
    expect(said()).toEqual(["“Lamps” is in the archive now."]);
    undo();
    await settled();
    expect(seen()).toEqual(["Lamps", "Fans"]);
  });

  test("that fails says so, and the conversation is back", async () => {
    refusing = AWAY;
    await room.acts.archive(LAMPS);
    expect(seen()).toEqual(["Lamps", "Fans"]);
    expect(said()).toEqual(["“Lamps” was not archived. The server cannot be reached just now."]);
  });
});

describe("renaming", () => {
  test("is seen at once and stays", async () => {
    const done = room.acts.rename(LAMPS, "Lights");
    expect(seen()).toEqual(["Lights", "Fans"]);
    await done;
    expect(seen()).toEqual(["Lights", "Fans"]);
  });

  test("that fails says so, and the old title is back", async () => {
    refusing = AWAY;
    await room.acts.rename(LAMPS, "Lights");
    expect(seen()).toEqual(["Lamps", "Fans"]);
    expect(said()).toEqual(["“Lamps” was not renamed. The server cannot be reached just now."]);
  });
});

describe("reading on", () => {
  test("begins behind what is held, and what is leaving counts for the server still", async () => {
    snapshot([LAMPS, FANS], at(8));
    room.acts.remove(FANS);
    pages = [[head(7, { id: "c-7", title: "Older" })]];
    await room.acts.readOn("latest");
    expect(asked).toEqual(["list latest 2"]);
    expect(seen()).toEqual(["Lamps", "Older"]);
  });

  test("the oldest first are asked for when they are to be seen, unless everything is here", async () => {
    room.acts.sortBy("oldest");
    expect(asked).toEqual([]);
    room.acts.sortBy("latest");
    snapshot([LAMPS, FANS], at(8));
    room.acts.sortBy("oldest");
    await settled();
    expect(asked).toEqual(["list oldest 0"]);
  });

  test("a new snapshot makes it begin anew", async () => {
    snapshot([LAMPS, FANS], at(8));
    pages = [[head(7, { id: "c-7", title: "Older" })], []];
    await room.acts.readOn("latest");
    snapshot([LAMPS, FANS], at(8));
    expect(seen()).toEqual(["Lamps", "Fans"]);
  });
});

describe("leaving and coming back", () => {
  const room_ = () => room.store.getState();

  test("signing out says so", async () => {
    await room.acts.signOut();
    expect([room_().me, room_().whyOut]).toEqual([null, "You are signed out."]);
    expect(lines.last.closed).not.toBeNull();
  });

  test("two tabs that sign out at once both are signed out, without a complaint", async () => {
    refusing = SIGNED_OUT;
    await room.acts.signOut();
    expect([room_().me, room_().whyOut]).toEqual([null, "You are signed out."]);
    expect(said()).toEqual([]);
  });

  test("signing out while the server is away says that it did not work", async () => {
    refusing = AWAY;
    await room.acts.signOut();
    expect(room_().me).toEqual(ME);
    expect(said()).toEqual(["The server cannot be reached just now."]);
  });

  test("a session that was ended elsewhere leads to the sign-in and says why", () => {
    lines.last.drop(1008);
    clock.pass(16);
    expect(room_().me).toBeNull();
    expect(room_().whyOut).toContain("it was signed out elsewhere, or it ran out");
  });

  test("who signs in in another tab comes in here once this one is looked at", async () => {
    lines.last.drop(1008);
    clock.pass(16);
    me = null;
    room.acts.wake();
    await settled();
    expect(room_().me).toBeNull();
    me = ME;
    room.acts.wake();
    await settled();
    expect(room_().me).toEqual(ME);
    lines.last.greet();
    expect(lines.last.heard("subscribe")).toMatchObject([{ topic: "user:u" }]);
  });
});
