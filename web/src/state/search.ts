/** Looking for words in titles, at once, and in everything that was said, by the server. */

import { createStore } from "zustand/vanilla";
import type { Clock } from "../connection/clock";
import type { Rest } from "../connection/rest";
import { RestError } from "../connection/rest";
import type { Conversation } from "../protocol";
import type { SearchHit } from "../protocol/search";
import { withoutSigns } from "./excerpt";
import { marksIn } from "./matching";

export interface Finding {
  /** What the hits are of. */
  words: string;
  hits: readonly SearchHit[];
  more: boolean;
  /** looking: an answer is on its way; found: it is there, though it may be empty; failed: why, in `problem`. */
  state: "idle" | "looking" | "found" | "failed";
  problem: string | null;
}

const PAUSE = 200;
const NOTHING: Finding = { words: "", hits: [], more: false, state: "idle", problem: null };
const UNEXPECTED = "The search did not work. Nothing was changed; please try again.";

/** A search that is asked anew as its words change, once they rest for a moment; late answers are let go. */
export function createSearch(rest: Pick<Rest, "search">, clock: Clock) {
  const store = createStore<Finding>(() => NOTHING);
  const { getState: now, setState: set } = store;
  let callOff = () => {};

  async function ask(words: string, offset: number): Promise<void> {
    const wanted = () => now().words === words;
    try {
      const page = await rest.search(words, offset);
      if (!wanted()) return;
      set({ hits: [...now().hits.slice(0, offset), ...page.hits.map(readable)], more: page.has_more, state: "found", problem: null });
    } catch (error) {
      if (wanted()) set({ state: "failed", problem: error instanceof RestError ? error.message : UNEXPECTED });
    }
  }

  return {
    store,

    /** Looks for other words; for none it forgets what was found. */
    look: (said: string): void => {
      const words = said.trim();
      if (words === now().words) return;
      callOff();
      set({ ...NOTHING, words, state: words === "" ? "idle" : "looking" });
      if (words !== "") callOff = clock.after(PAUSE, () => void ask(words, 0));
    },

    /** Asks for what lies behind the hits that are there, or once more when that failed. */
    readOn: (): void => {
      const { words, hits, state } = now();
      if (state !== "found" && state !== "failed") return;
      set({ state: "looking", problem: null });
      void ask(words, hits.length);
    },
  };
}

function readable(hit: SearchHit): SearchHit {
  const { text: excerpt, marks } = withoutSigns({ text: hit.excerpt, marks: hit.marks });
  return { ...hit, excerpt, marks: [...marks] };
}

/** Those whose title holds all of `words`, as a search would find them. */
export function titled(conversations: readonly Conversation[], words: string): SearchHit[] {
  return conversations.flatMap((one) => {
    const title_marks = marksIn(one.title, words);
    if (title_marks === null) return [];
    const { id: conversation_id, project_id, title, is_archived, last_activity_at } = one;
    const place = { message_id: null, role: null, excerpt: "", marks: [], created_at: null };
    return [{ conversation_id, project_id, title, title_marks, is_archived, last_activity_at, ...place }];
  });
}

/** What is known at once, each as the server found it where it did, and then what else the server found. */
export function together(atOnce: readonly SearchHit[], found: readonly SearchHit[]): SearchHit[] {
  const byId = new Map(found.map((hit) => [hit.conversation_id, hit]));
  const first = atOnce.map((hit) => byId.get(hit.conversation_id) ?? hit);
  const there = new Set(first.map((hit) => hit.conversation_id));
  return [...first, ...found.filter((hit) => !there.has(hit.conversation_id))];
}
