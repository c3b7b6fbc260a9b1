/** Everything the page knows and can do, without a word about how it looks. */

import { createStore } from "zustand/vanilla";
import type { Clock } from "../connection/clock";
import { newId } from "../connection/clock";
import type { Keep } from "../connection/outbox";
import type { Rest } from "../connection/rest";
import { RestError } from "../connection/rest";
import type { Wire } from "../connection/socket";
import type { Conversation, ConversationState, Message, UserState } from "../protocol";
import type { ModelView } from "../protocol/providers";
import type { Me } from "../protocol/rest";
import { pagingOf } from "./paging";
import { latestFirst } from "./reduce";
import type { Draft, View } from "./session";
import { Session } from "./session";

/** A line that says what went wrong, or what was done. */
export interface Toast {
  id: string;
  words: string;
  undo: (() => void) | null;
}

export interface Room {
  /** Null when nobody is signed in, undefined until that is known. */
  me: Me | null | undefined;
  /** Set while who is signed in cannot be found out: why, in words. */
  away: string | null;
  view: View;
  /** Conversations read by REST: older than the head of the list, or archived. */
  older: readonly Conversation[];
  olderRemain: boolean;
  archived: readonly Conversation[] | null;
  questions: readonly string[] | null;
  models: readonly ModelView[];
  /** Who is asked from this page; null for whoever is the default. */
  chosen: string | null;
  reading: ReadonlySet<string>;
  toasts: readonly Toast[];
}

export interface Parts {
  rest: Rest;
  open: () => Wire;
  clock: Clock;
  keep: Keep;
}

const NOTHING: View = { status: "connecting", topics: {}, refused: {}, entries: [], ahead: 0 };
const TOAST = 8_000;
const RETRY = 2_000;
const AWAY = "The server cannot be reached just now. This page goes on trying by itself.";
const UNEXPECTED = "Something went wrong on this page. What was said is safe; please try again.";

/** The page's store, and what can be done with it. */
export function createRoom({ rest, open, clock, keep }: Parts) {
  const store = createStore<Room>(() => ({
    me: undefined,
    away: null,
    view: NOTHING,
    older: [],
    olderRemain: true,
    archived: null,
    questions: null,
    models: [],
    chosen: null,
    reading: new Set(),
    toasts: [],
  }));
  const { getState: now, setState: set } = store;
  const session = new Session(open, clock, keep, seen, (words) => tell(words));

  function seen(view: View): void {
    set({ view });
    if (view.status === "refused" && now().me !== null) set({ me: null });
  }

  function tell(words: string, undo: (() => void) | null = null): void {
    const id = newId();
    set({ toasts: [...now().toasts.slice(-2), { id, words, undo }] });
    clock.after(TOAST, () => dismiss(id));
  }

  function dismiss(id: string): void {
    set({ toasts: now().toasts.filter((toast) => toast.id !== id) });
  }

  /** Does what a person asked for; when it fails it says so, and a lost sign-in leads to the sign-in page. */
  async function attempt(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof RestError && error.status === 401) set({ me: null });
      else tell(wordsOf(error));
      return false;
    }
  }

  /** One reading of a kind at a time; a second one while it runs is not needed. */
  async function once(what: string, act: () => Promise<void>): Promise<void> {
    if (now().reading.has(what)) return;
    set({ reading: new Set([...now().reading, what]) });
    await attempt(act);
    set({ reading: new Set([...now().reading].filter((other) => other !== what)) });
  }

  function entered(me: Me): void {
    session.enter(me.user_id);
    set({ me, away: null, older: [], olderRemain: true, archived: null, questions: null, chosen: null });
    void acts.readModels();
  }

  function listed(): Conversation[] {
    return united(headOf(now())?.conversations ?? [], now().older);
  }

  const acts = {
    tell,
    dismiss,
    ...pagingOf({ session, rest, shown: (id) => shownIn(now().view, id), once, tell }),

    /** Finds out who is signed in, and connects. */
    async start(): Promise<void> {
      try {
        entered(await rest.me());
      } catch (error) {
        if (error instanceof RestError && error.status === 401) set({ me: null, away: null });
        else {
          set({ away: AWAY });
          clock.after(RETRY, () => void acts.start());
        }
      }
    },

    wake: () => {
      if (now().me) session.wake();
    },
    retry: () => session.retry(),

    /** Uses a one-time link up. Returns null, or in words why it did not work. */
    async signIn(link: string): Promise<string | null> {
      try {
        entered(await rest.signIn(link));
        return null;
      } catch (error) {
        return wordsOf(error);
      }
    },

    signOut: () =>
      attempt(async () => {
        await rest.signOut();
        session.close();
        set({ me: null });
      }),

    follow: (conversation: string) => session.follow(topicOf(conversation)),
    leave: (conversation: string) => session.leave(topicOf(conversation)),

    say: (draft: Draft) => session.say(draft),
    sayAgain: (key: string) => session.sayAgain(key),
    drop: (key: string) => session.drop(key),

    /** Another answer to the last question; the present one stays as a version. */
    regenerate: (message_id: string) =>
      attempt(() => session.ask({ type: "regenerate", message_id, command_id: newId() })),

    stop: (turn_id: string) => attempt(() => session.ask({ type: "stop_generation", turn_id })),

    /** A message with the whole of its text. */
    whole: (id: string): Promise<Message> => rest.message(id),

    readOlder: () =>
      once("older", async () => {
        const page = await rest.conversations(listed().length, false);
        set({ older: united(now().older, page.items), olderRemain: page.has_more });
      }),

    readArchived: () =>
      once("archived", async () => {
        const found: Conversation[] = [];
        for (let more = true; more; ) {
          const page = await rest.conversations(found.length, true);
          found.push(...page.items);
          more = page.has_more && page.items.length > 0;
        }
        set({ archived: found.filter((one) => one.is_archived) });
      }),

    rename: (id: string, title: string) =>
      attempt(async () => {
        await rest.changeConversation(id, { title });
        set({ older: now().older.map((one) => (one.id === id ? { ...one, title } : one)) });
      }),

    archive: (conversation: Conversation) =>
      attempt(async () => {
        await rest.changeConversation(conversation.id, { is_archived: true });
        const archived = now().archived;
        set({
          older: now().older.filter((one) => one.id !== conversation.id),
          archived: archived === null ? null : united(archived, [{ ...conversation, is_archived: true }]),
        });
        tell(`“${conversation.title}” is in the archive now.`, () => void acts.restore(conversation));
      }),

    restore: (conversation: Conversation) =>
      attempt(async () => {
        await rest.changeConversation(conversation.id, { is_archived: false });
        const { archived, older } = now();
        const live = conversation.last_activity_at >= (headOf(now())?.window ?? "");
        set({
          older: live ? older : united(older, [{ ...conversation, is_archived: false }]),
          archived: archived?.filter((one) => one.id !== conversation.id) ?? null,
        });
      }),

    remove: (id: string) =>
      attempt(async () => {
        await rest.deleteConversation(id);
        const { older, archived } = now();
        set({
          older: older.filter((one) => one.id !== id),
          archived: archived?.filter((one) => one.id !== id) ?? null,
        });
      }),

    readQuestions: () =>
      once("questions", async () => {
        set({ questions: await rest.questions() });
      }),

    readModels: () =>
      attempt(async () => {
        set({ models: await rest.models() });
      }),

    /** Who is to answer what is asked from this page from now on. */
    choose: (model: string) => set({ chosen: model }),

    /** An admin's word that what is asked here may go to a provider, or no longer. */
    allowProvider: (provider: string, isAllowed: boolean) =>
      attempt(async () => {
        set({ models: await rest.allowProvider(provider, isAllowed), chosen: null });
      }),
  };

  return { store, acts, rest };
}

export type RoomStore = ReturnType<typeof createRoom>["store"];
export type Acts = ReturnType<typeof createRoom>["acts"];

function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : UNEXPECTED;
}

/** Who answers what is asked from this page now, or null until that is known. */
export function answering({ models, chosen }: Room): ModelView | null {
  const allowed = models.filter((model) => model.is_allowed);
  return allowed.find((model) => model.id === chosen) ?? allowed.find((model) => model.is_default) ?? null;
}

/** The topic of a conversation. */
export function topicOf(conversation: string): string {
  return `conversation:${conversation}`;
}

/** What is known of a conversation, or null. */
export function conversationIn(view: View, id: string): ConversationState | null {
  const state = view.topics[topicOf(id)]?.state;
  return state?.kind === "conversation" ? state : null;
}

/** What is shown of a conversation: the stretch that somebody went to, else what is followed. */
export function shownIn(view: View, id: string): ConversationState | null {
  return view.topics[topicOf(id)]?.apart ?? conversationIn(view, id);
}

/** The live head of one's list, or null until it is known. */
export function headOf(room: Room): UserState | null {
  const state = room.me ? room.view.topics[`user:${room.me.user_id}`]?.state : undefined;
  return state?.kind === "user" ? state : null;
}

/** Both lists without repeats, the latest first; of one conversation the first list's copy stays. */
export function united(first: readonly Conversation[], second: readonly Conversation[]): Conversation[] {
  const known = new Set(first.map((one) => one.id));
  return [...first, ...second.filter((one) => !known.has(one.id))].sort(latestFirst);
}
