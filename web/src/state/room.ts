/** Everything the page knows and can do, without a word about how it looks. */

import { createStore } from "zustand/vanilla";
import type { Clock } from "../connection/clock";
import { newId } from "../connection/clock";
import type { Keep } from "../connection/outbox";
import type { Rest } from "../connection/rest";
import { RestError } from "../connection/rest";
import type { ServerFrame, Wire } from "../connection/socket";
import { pause } from "../connection/socket";
import type { Account, Approval, ConversationState, Message, Regenerate, UserState } from "../protocol";
import type { ModelView } from "../protocol/providers";
import type { InvitationAnswer, LogIn, MyChange } from "../protocol/people";
import type { Me } from "../protocol/rest";
import type { Deciding } from "./approvals";
import { NOTHING_DECIDED, deciding, withSettled } from "./approvals";
import type { Chosen } from "./choosing";
import { NOTHING_CHOSEN, choosing } from "./choosing";
import type { Known, Lists } from "./list";
import { NO_LISTS, readAfter } from "./list";
import { pagingOf } from "./paging";
import type { Draft, View } from "./session";
import { Session } from "./session";
import { UNDO, tidying } from "./tidying";

/** A line that says what went wrong, or what was done. */
export interface Toast {
  id: string;
  words: string;
  undo: (() => void) | null;
}

export interface Room extends Lists, Deciding, Chosen {
  /** Null when nobody is signed in, undefined until that is known. */
  me: Me | null | undefined;
  /** Why nobody is signed in any more, in words; null where nobody was. */
  whyOut: string | null;
  /** Set while who is signed in cannot be found out: why, in words. */
  away: string | null;
  view: View;
  questions: readonly string[] | null;
  reading: ReadonlySet<string>;
  toasts: readonly Toast[];
}

export interface Parts {
  rest: Rest;
  open: () => Wire;
  clock: Clock;
  keep: Keep;
  /** How the list is seen, from one visit to the next. */
  sort?: { kept: Lists["sort"]; keep: (sort: Lists["sort"]) => void };
}

const NOTHING: View = { status: "connecting", nextTry: null, topics: {}, refused: {}, late: new Set(), entries: [], ahead: 0, hold: null };
const TOAST = 8_000;
const PLAIN_TOASTS = 3;
const SIGNED_OUT = "You are signed out.";
const SESSION_ENDED =
  "Your session here has ended: it was signed out elsewhere, or it ran out. What you were writing is kept in this browser.";
const SOMEBODY_ELSE =
  "Somebody else has signed in in this browser, so you are signed out here. What you were writing is kept in this browser.";
const AWAY = "The server cannot be reached just now. This page goes on trying by itself.";
const ROLES: Record<Me["role"], string> = { admin: "an admin", moderator: "a moderator", user: "a user", guest: "a guest" };
const UNEXPECTED = "Something went wrong on this page. What was said is safe; please try again.";

/** The page's store, and what can be done with it. */
export function createRoom({
  rest,
  open,
  clock,
  keep,
  sort = { kept: "latest", keep: () => undefined },
}: Parts) {
  const store = createStore<Room>(() => ({
    ...NO_LISTS,
    ...NOTHING_DECIDED,
    sort: sort.kept,
    me: undefined,
    whyOut: null,
    away: null,
    view: NOTHING,
    questions: null,
    ...NOTHING_CHOSEN,
    reading: new Set(),
    toasts: [],
  }));
  const { getState: now, setState: set } = store;
  const session = new Session(open, clock, keep, seen, (words) => void tell(words), heard);
  let tries = 0;
  let nextTry = () => {};
  let isLost = false;

  function seen(view: View): void {
    const isBack = isLost && view.status === "open";
    isLost = view.status === "open" ? false : isLost || now().view.status === "open";
    set({ view });
    if (isBack) void acts.lookAgain();
    if (view.status === "refused" && now().me) out(SESSION_ENDED);
  }

  function heard(frame: ServerFrame): void {
    if (frame.type === "connection_established") greeted(frame.user_id);
    if (frame.type === "approval_decided") set(withSettled(now(), frame.approval));
    if (frame.type === "account_updated") became(frame.account);
    if (frame.type === "model_settings_changed") decidedAnew(frame.topic);
    if (!("topic" in frame) || frame.topic !== ownTopic()) return;
    if (frame.type === "snapshot") {
      relist();
      if (frame.state.kind === "user") became(frame.state.account);
    } else if ("from_seq" in frame) set({ read: readAfter(now().read, frame) });
  }

  /** The line is for whoever this browser is signed in as; that may be somebody else by now. */
  function greeted(user: string): void {
    const { me } = now();
    if (me && me.user_id !== user) out(SOMEBODY_ELSE);
  }

  const ownTopic = () => `user:${now().me?.user_id ?? ""}`;

  /** Who answers, or how, was decided for a topic: it counts here when this is open, and everywhere for oneself. */
  function decidedAnew(topic: string): void {
    const { conversation } = now().here;
    if (topic === ownTopic() || (conversation !== null && topic === topicOf(conversation))) void acts.lookAgain();
  }

  /** What one may do, and where one belongs, is as the server says it, at once. */
  function became(account: Account | null): void {
    const { me } = now();
    if (!me || account?.user_id !== me.user_id) return;
    if (account.role !== me.role) tell(`You are ${ROLES[account.role]} here now.`);
    set({ me: { ...me, ...account } });
  }

  /** What was read of the list may be out of date; it is read anew from where it is looked at. */
  function relist(): void {
    const { read, reach } = NO_LISTS;
    set({ read, reach });
    if (now().sort === "oldest") void acts.readOn("oldest");
  }

  function out(why: string | null): void {
    session.close();
    set({ me: null, away: null, whyOut: why });
  }

  function tell(words: string, undo: (() => void) | null = null): () => void {
    const id = newId();
    const plain = now().toasts.filter((toast) => toast.undo === null);
    const old = new Set(plain.slice(0, Math.max(0, plain.length + 1 - PLAIN_TOASTS)));
    set({ toasts: [...now().toasts.filter((toast) => !old.has(toast)), { id, words, undo }] });
    clock.after(undo === null ? TOAST : UNDO, () => dismiss(id));
    return () => dismiss(id);
  }

  function dismiss(id: string): void {
    set({ toasts: now().toasts.filter((toast) => toast.id !== id) });
  }

  /** Does what a person asked for; when it fails it says so, and a lost sign-in leads to the sign-in page. */
  async function attempt(act: () => Promise<void>, what = ""): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof RestError && error.status === 401)) tell(`${what} ${wordsOf(error)}`.trim());
      else if (now().me) out(SESSION_ENDED);
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
    set({ ...NO_LISTS, ...NOTHING_DECIDED, ...NOTHING_CHOSEN, me, whyOut: null, away: null, questions: null });
    session.enter(me.user_id);
    void acts.readModels();
  }

  /** Somebody comes in; null, or in words why they do not. */
  async function enter(coming: Promise<Me>): Promise<string | null> {
    try {
      entered(await coming);
      return null;
    } catch (error) {
      return wordsOf(error);
    }
  }

  async function findOut(): Promise<void> {
    nextTry();
    try {
      const me = await rest.me();
      tries = 0;
      if (!now().me) entered(me);
    } catch (error) {
      if (error instanceof RestError && error.status === 401) {
        tries = 0;
        if (!now().me) set({ me: null, away: null });
      } else if (now().me === undefined) {
        set({ away: AWAY });
        nextTry = clock.after(pause(tries, clock.chance()), () => void findOut());
        tries += 1;
      }
    }
  }

  const known = () => listsOf(now());
  const means = { rest, clock, now, known, set, attempt, once, tell, keepSort: sort.keep };
  const acts = {
    tell,
    dismiss,
    ...tidying(means),
    ...pagingOf({ session, rest, shown: (id) => shownIn(now().view, id), once, tell }),
    ...choosing({ rest, now, set, attempt }),
    ...deciding({ rest, now, set, ask: (command) => session.ask(command), attempt }),

    /** Finds out who is signed in, and connects; goes on trying until that is known. */
    start: findOut,

    /** The page is seen again or the network is back; whoever signed in meanwhile in another tab comes in here too. */
    wake: () => {
      if (now().me) session.wake();
      else if (now().me === null || now().away !== null) void findOut();
    },
    retry: () => {
      if (now().me) session.retry();
      else void findOut();
    },

    /** Does what a person asked for, and says when it fails. */
    attempt,

    /** Uses a one-time link up. Returns null, or in words why it did not work. */
    signIn: (link: string) => enter(rest.signIn(link)),
    logIn: (how: LogIn) => enter(rest.logIn(how)),
    /** Makes an account by an invitation. */
    accept: (answer: InvitationAnswer) => enter(rest.accept(answer)),

    async changeMe(change: MyChange): Promise<void> {
      set({ me: await rest.changeMe(change) });
    },

    /** Reads who one is anew. */
    async refreshMe(): Promise<void> {
      set({ me: await rest.me() });
    },

    /** Leaves; that one had left already, in another tab, is as good. */
    signOut: () =>
      attempt(async () => {
        await acts.finish();
        try {
          await rest.signOut();
        } catch (error) {
          if (!(error instanceof RestError && error.status === 401)) throw error;
        }
        keep.forgetDrafts();
        out(SIGNED_OUT);
      }),

    follow: (conversation: string) => session.follow(topicOf(conversation)),
    leave: (conversation: string) => session.leave(topicOf(conversation)),

    say: (draft: Draft) => session.say(draft),
    sayAgain: (key: string) => session.sayAgain(key),
    drop: (key: string) => session.drop(key),

    /** Another answer to the last question, by another model if one is named; the present one stays as a version. */
    regenerate: (message_id: string, named: string | null = null) =>
      attempt(() => session.ask({ type: "regenerate", message_id, command_id: newId(), ...wished(now(), named) })),

    /** Says one's own message in other words. Returns null, or in words why that was refused. */
    reword: (message_id: string, content: string) =>
      refusalOf(session.ask({ type: "edit_message", message_id, content, command_id: newId() })),

    /** Says the last question in other words, and asks it again. Returns null, or in words why that was refused. */
    askInWords: (message_id: string, content: string) =>
      refusalOf(session.ask({ type: "regenerate", message_id, content, command_id: newId(), ...wished(now()) })),

    /** Takes a message back for good. */
    takeBack: (message_id: string) =>
      attempt(() => session.ask({ type: "delete_message", message_id, command_id: newId() })),

    stop: (turn_id: string) => attempt(() => session.ask({ type: "stop_generation", turn_id })),

    /** A message with the whole of its text. */
    whole: (id: string): Promise<Message> => rest.message(id),

    readQuestions: () =>
      once("questions", async () => {
        set({ questions: await rest.questions() });
      }),

    /** An admin's word that what is asked here may go to a provider, or no longer. */
    allowProvider: (provider: string, isAllowed: boolean) =>
      attempt(async () => {
        await rest.allowProvider(provider, isAllowed);
        await acts.settle(now().here);
      }),
  };

  return { store, acts, rest, clock };
}

export type RoomStore = ReturnType<typeof createRoom>["store"];
export type Acts = ReturnType<typeof createRoom>["acts"];

/** Null once it is done; in words, why it was refused. */
async function refusalOf(asked: Promise<void>): Promise<string | null> {
  try {
    await asked;
    return null;
  } catch (error) {
    return wordsOf(error);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : UNEXPECTED;
}

/** Who is to answer, and how, as far as that was chosen and is not kept yet: what is asked may arrive before it is. */
function wished({ planned }: Room, named: string | null = null): Pick<Regenerate, "model" | "parameters"> {
  const model = named ?? planned.model ?? null;
  const parameters = planned.parameters ?? null;
  return { ...(model !== null && { model }), ...(parameters !== null && { parameters }) };
}

/** Who answers the next question here, or null until that is known. */
export function answering({ models, planned, effective }: Room): ModelView | null {
  const allowed = models.filter((model) => model.is_allowed);
  const named = (id: string | null | undefined) => allowed.find((model) => model.id === id);
  return named(planned.model) ?? named(effective?.model) ?? allowed.find((model) => model.is_default) ?? null;
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

/** Whether one's list could not be read when it was last asked for. */
export function isListLate({ me, view }: Room): boolean {
  return me ? view.late.has(`user:${me.user_id}`) : false;
}

/** What waits for somebody's word at a call in an answer; null where nothing does. */
export function waitingAt(room: Room, message: string, call: string): Approval | null {
  const isAt = (one: Approval) => one.message_id === message && one.tool_call_id === call;
  const own = headOf(room)?.inbox.find(isAt);
  if (own !== undefined) return own;
  const states = Object.values(room.view.topics).map(({ state }) => (state.kind === "conversation" ? state.approvals : []));
  return states.flat().find(isAt) ?? null;
}

/** What holds an answer up that is being given, such as "no_room"; null where nothing does. */
export function heldUpBy(room: Room, message: string): string | null {
  const turns = Object.values(room.view.topics).flatMap(({ state }) => (state.kind === "conversation" ? state.turns : []));
  return turns.find((turn) => turn.answer_id === message && turn.status === "running")?.reason ?? null;
}

/** What is known of one's lists. */
export function listsOf(room: Room): Known {
  const { read, reach, leaving, titles } = room;
  return { head: headOf(room), read, reach, leaving, titles };
}
