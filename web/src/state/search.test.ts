import { beforeEach, expect, test } from "vitest";
import { HandClock } from "../connection/pretend";
import { RestError } from "../connection/rest";
import type { SearchHit, SearchResults } from "../protocol/search";
import { createSearch, titled, together } from "./search";
import { at, head } from "./story";

interface Question {
  words: string;
  offset: number;
  answer: (results: SearchResults) => void;
  refuse: (error: Error) => void;
}

let clock: HandClock;
let asked: Question[];
let search: ReturnType<typeof createSearch>;

beforeEach(() => {
  clock = new HandClock();
  asked = [];
  search = createSearch(
    { search: (words, offset) => new Promise((answer, refuse) => asked.push({ words, offset, answer, refuse })) },
    clock,
  );
});

function hit(id: string, changes: Partial<SearchHit> = {}): SearchHit {
  const place = { message_id: "m", role: "user" as const, excerpt: "a lamp", marks: [], created_at: at(1) };
  return { conversation_id: id, project_id: "p", title: id, title_marks: [], is_archived: false, last_activity_at: at(1), ...place, ...changes };
}

/** Lets the server answer question number `index`. */
async function answered(index: number, ids: string[], has_more = false): Promise<void> {
  asked[index]?.answer({ hits: ids.map((id) => hit(id)), has_more });
  await Promise.resolve();
  await Promise.resolve();
}

const found = () => search.store.getState().hits.map((one) => one.conversation_id);

test("it asks once the words rest, and not for every letter", () => {
  for (const words of ["l", "la", "lam", "lamp "]) {
    search.look(words);
    clock.pass(100);
  }
  expect(asked).toEqual([]);
  expect(search.store.getState().state).toBe("looking");
  clock.pass(100);
  expect(asked).toMatchObject([{ words: "lamp", offset: 0 }]);
});

test("an answer to earlier words is let go", async () => {
  search.look("la");
  clock.pass(200);
  search.look("lamp");
  clock.pass(200);
  await answered(1, ["b"]);
  await answered(0, ["a"]);
  expect(found()).toEqual(["b"]);
});

test("more is asked for behind what is there", async () => {
  search.look("lamp");
  clock.pass(200);
  search.readOn();
  expect(asked).toHaveLength(1);
  await answered(0, ["a", "b"], true);
  expect(search.store.getState().more).toBe(true);
  search.readOn();
  expect(asked[1]).toMatchObject({ words: "lamp", offset: 2 });
  await answered(1, ["c"]);
  expect(found()).toEqual(["a", "b", "c"]);
  expect(search.store.getState().more).toBe(false);
});

test("a search that fails says why, and can be asked for again", async () => {
  search.look("lamp");
  clock.pass(200);
  asked[0]?.refuse(new RestError("The server cannot be reached just now.", 0));
  await Promise.resolve();
  await Promise.resolve();
  expect(search.store.getState()).toMatchObject({ state: "failed", problem: "The server cannot be reached just now." });
  search.readOn();
  await answered(1, ["a"]);
  expect(search.store.getState()).toMatchObject({ state: "found", problem: null });
});

test("without words nothing is asked, and what was found is forgotten", async () => {
  search.look("lamp");
  clock.pass(200);
  await answered(0, ["a"]);
  search.look("  ");
  clock.pass(1_000);
  expect(asked).toHaveLength(1);
  expect(search.store.getState()).toMatchObject({ state: "idle", hits: [] });
});

test("titles are found at once, and what the server found takes their place", () => {
  const held = [head(3, { id: "a", title: "Lamps upstairs" }), head(2, { id: "b", title: "Energy" })];
  const atOnce = titled(held, "lamp");
  expect(atOnce).toMatchObject([{ conversation_id: "a", title_marks: [{ start: 0, end: 4 }], message_id: null }]);
  expect(together(atOnce, [hit("c"), hit("a")]).map((one) => [one.conversation_id, one.message_id])).toEqual([
    ["a", "m"],
    ["c", "m"],
  ]);
});
