/** The whole page over a server that the test plays by hand. */

import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HandClock, HandLines, NOTHING_KEPT } from "../connection/pretend";
import type { Rest } from "../connection/rest";
import { RestError, restAt } from "../connection/rest";
import type { Conversation, DurableEvent, MessageBody, StreamChunk, TopicState } from "../protocol";
import type { ModelView } from "../protocol/providers";
import { createRoom } from "../state/room";
import { at, body, empty, framed, head } from "../state/story";
import { RoomProvider } from "../state/use-room";
import { App } from "./App";
import { IN_FORCE } from "../features/pretend";

const ID = head(0).id;
const TOPIC = empty().topic;
const ME = { user_id: "u", username: "robin", full_name: "Robin", role: "admin", permissions: ["house:manage"], projects: [], email: null, has_password: false } as const;
const BUILT_IN: ModelView = { id: "built-in", provider: "built-in", host: "", is_allowed: true, is_default: true };

/** What the server offers beside its own model, allowed or not. */
function withProvider(allowed: boolean): ModelView[] {
  const fake: ModelView = { id: "openai/fake", provider: "openai", host: "models.example", is_allowed: allowed, is_default: allowed };
  return [fake, { ...BUILT_IN, is_default: !allowed }];
}

let clock: HandClock;
let lines: HandLines;
let asked: string[];
/** The conversations of which it was asked who answers there. */
let settled: (string | null)[];
let signedIn: boolean;
let away: boolean;
let seq: number;
let models: ModelView[];
let held: Conversation[];

beforeEach(() => {
  clock = new HandClock();
  lines = new HandLines();
  asked = [];
  settled = [];
  signedIn = true;
  away = false;
  seq = 0;
  models = [BUILT_IN];
  held = [];
  localStorage.clear();
  history.replaceState(null, "", "/");
});
afterEach(cleanup);

function rest(): Rest {
  const note = (words: string) => {
    asked.push(words);
    return Promise.resolve();
  };
  const me = { ...ME, permissions: [...ME.permissions], projects: [] };
  const nothing = { items: [], has_more: false };
  const elsewhere = restAt("", () => Promise.resolve(new Response("", { status: 404 })));
  return {
    ...elsewhere,
    me: () =>
      away ? Promise.reject(new RestError("The server cannot be reached.", 0)) : (signedIn ? Promise.resolve(me) : Promise.reject(new RestError("Please sign in.", 401))),
    signIn: (link) =>
      note(`signIn ${link}`).then(() => {
        if (link === "used") throw new RestError("This link was used before or has expired.", 401);
        return me;
      }),
    signOut: () => note("signOut"),
    conversations: () => Promise.resolve(nothing),
    changeConversation: (id, change) => note(`change ${id} ${JSON.stringify(change)}`).then(() => {
        const before = held.find((one) => one.id === id);
        if (before === undefined) throw new RestError("Conversation not found.", 404);
        const { title, is_archived } = change;
        return { ...before, title: title ?? before.title, is_archived: is_archived ?? before.is_archived, updated_at: at(99) };
      }),
    deleteConversation: (id) => note(`delete ${id}`),
    messagesBefore: () => Promise.resolve(nothing),
    message: () => Promise.reject(new RestError("Message not found.", 404)),
    questions: () => Promise.resolve(["What's in the kitchen?"]),
    models: () => Promise.resolve(models),
    effective: ({ conversation }) => {
      settled.push(conversation);
      return Promise.resolve({ ...IN_FORCE, model: models.find((model) => model.is_default)?.id ?? "built-in" });
    },
    allowProvider: (provider, is_allowed) => note(`allow ${provider} ${String(is_allowed)}`).then(() => {
        models = withProvider(is_allowed);
      }),
  };
}

async function open(path: string): Promise<void> {
  history.replaceState(null, "", path);
  const room = createRoom({ rest: rest(), open: lines.open, clock, keep: NOTHING_KEPT });
  render(
    <RoomProvider room={room}>
      <App />
    </RoomProvider>,
  );
  await act(() => room.acts.start());
  if (signedIn) await heard(() => lines.last.greet());
}

/** Lets something reach the page, and the page take it in. */
async function heard(say: () => void): Promise<void> {
  await act(async () => {
    say();
    clock.pass(16);
    await Promise.resolve();
  });
}

function list(conversations: Conversation[]): Promise<void> {
  held = conversations;
  return snapshot({ kind: "user", topic: "user:u", account: null, window: "", conversations, inbox: [], notices: [] });
}

function snapshot(state: TopicState): Promise<void> {
  return heard(() => lines.last.say({ type: "snapshot", topic: state.topic, seq: 0, state, timestamp: at(0) }));
}

function happens(...events: DurableEvent[]): Promise<void> {
  return heard(() => {
    for (const event of events) lines.last.say(framed((seq += 1), event));
  });
}

function chunk(changes: Partial<StreamChunk>): StreamChunk {
  const nothing = { length: null, model: null, models: null, cached: false, usage: null, status: null, error: null };
  const place = { message_id: "a", attempt: 1, part: 0, kind: "text" as const, chunk: "", chunk_index: 0, offset: 0 };
  return { type: "stream_chunk", is_final: false, ...place, ...nothing, ...changes };
}

const said = (id: string, text: string, changes: Partial<MessageBody> = {}): MessageBody =>
  body(id, { parts: [{ kind: "text", text, length: text.length }], ...changes });

const turn = { id: "t", question_id: "q", answer_id: "a", status: "running", reason: null } as const;
const begun = body("a", { role: "assistant", parent_id: "q", status: "running", client_message_id: null });

test("a suggested question begins a conversation, and its answer is seen being written", async () => {
  await open("/");
  await list([]);
  await userEvent.click(await screen.findByRole("button", { name: "What's in the kitchen?" }));
  const [sent] = lines.last.heard("send_message");
  expect(sent).toMatchObject({ content: "What's in the kitchen?", conversation_id: null });
  const key = String(sent?.["client_message_id"]);
  await heard(() => {
    const ids = { conversation_id: ID, message_id: "q", turn_id: "t" };
    lines.last.say({ type: "ack", reply_to: key, ids, seq: 2, duplicate: false, timestamp: at(0) });
  });
  expect(location.pathname).toBe(`/chat/${ID}`);
  expect(screen.getByText("What's in the kitchen?")).toBeTruthy();
  await snapshot({ ...empty(), conversation: head(0, { title: "The kitchen" }) });
  await happens(
    { type: "new_message", message: said("q", "What's in the kitchen?", { client_message_id: key }) },
    { type: "turn_updated", turn },
    { type: "assistant_message_start", message: begun },
    chunk({ chunk: "Nine **devices**." }),
  );
  expect(screen.getAllByText("What's in the kitchen?")).toHaveLength(1);
  expect(screen.getByText("devices")).toBeTruthy();
  expect(screen.getByRole("article").getAttribute("aria-busy")).toBe("true");
  await happens(
    chunk({ offset: 17, is_final: true, length: 17, status: "completed", model: "built-in" }),
    { type: "turn_updated", turn: { ...turn, status: "completed" } },
  );
  expect(screen.getByText("built in · no model used")).toBeTruthy();
  expect(screen.queryByLabelText("Stop the answer")).toBeNull();
  expect(document.title).toBe("The kitchen · Parlour");
});

test("a running answer can be stopped; a failed one says why and can be asked for again", async () => {
  await open(`/chat/${ID}`);
  await snapshot({ ...empty(), conversation: head(0) });
  await happens(
    { type: "new_message", message: said("q", "Why?") },
    { type: "turn_updated", turn },
    { type: "assistant_message_start", message: begun },
  );
  await userEvent.click(screen.getByLabelText("Stop the answer"));
  expect(lines.last.heard("stop_generation")).toMatchObject([{ turn_id: "t" }]);
  const error = { code: "ai_provider_error", message: "The model could not answer." };
  await happens(
    chunk({ is_final: true, length: 0, status: "failed", error }),
    { type: "turn_updated", turn: { ...turn, status: "failed" } },
  );
  expect(screen.getByText("The model could not answer.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Ask again" }));
  expect(lines.last.heard("regenerate")).toMatchObject([{ message_id: "a" }]);
});

test("both versions of an answer can be seen", async () => {
  await open(`/chat/${ID}`);
  await snapshot({ ...empty(), conversation: head(0) });
  const version = (id: string, text: string) =>
    said(id, text, { role: "assistant", parent_id: "q", status: "completed", client_message_id: null });
  await happens(
    { type: "new_message", message: said("q", "Why?") },
    { type: "assistant_message_start", message: version("a", "The first.") },
    { type: "assistant_message_start", message: { ...version("b", "The second."), replaces: "a" } },
  );
  expect(screen.getByText("The second.")).toBeTruthy();
  await userEvent.click(screen.getByLabelText("Earlier version"));
  expect(screen.getByText("The first.")).toBeTruthy();
  expect(screen.queryByText("The second.")).toBeNull();
});

test("when the line is lost it says what is safe, and what was written goes out once", async () => {
  await open(`/chat/${ID}`);
  await snapshot({ ...empty(), conversation: head(0) });
  await heard(() => lines.last.drop());
  expect(screen.getByText("Reconnecting. What you write is kept and goes out once.")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Message"), "Still here?{Enter}");
  await heard(() => undefined);
  expect(screen.getByText("Kept here; it goes out when the connection is back.")).toBeTruthy();
  await heard(() => clock.pass(1_000));
  await heard(() => lines.last.greet());
  expect(lines.last.heard("send_message")).toMatchObject([{ content: "Still here?" }]);
  expect(screen.queryByText(/Reconnecting/)).toBeNull();
});

test("a message that was refused keeps its words and says why", async () => {
  await open(`/chat/${ID}`);
  await snapshot({ ...empty(), conversation: head(0) });
  await userEvent.type(screen.getByLabelText("Message"), "Too much{Enter}");
  const reply_to = String(lines.last.heard("send_message")[0]?.["id"]);
  const about = { request_id: "r", message_id: null, details: null, timestamp: at(0) };
  await heard(() => lines.last.say({ type: "error", error_code: "message_too_long", error: "The message is too long.", reply_to, ...about }));
  expect(screen.getByText(/The message is too long. It was not sent./)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Take back" }));
  expect(screen.getByLabelText<HTMLTextAreaElement>("Message").value).toBe("Too much");
});

/** The server does not take the last message. */
function refuses(): Promise<void> {
  const reply_to = String(lines.last.heard("send_message").at(-1)?.["id"]);
  const about = { request_id: "r", message_id: null, details: null, timestamp: at(0) };
  return heard(() => lines.last.say({ type: "error", error_code: "invalid_message", error: "That is not possible.", reply_to, ...about }));
}

/** The server has the last message, which begins a conversation. */
function begins(): Promise<void> {
  const reply_to = String(lines.last.heard("send_message").at(-1)?.["id"]);
  const ids = { conversation_id: ID, message_id: "q", turn_id: "t" };
  return heard(() => lines.last.say({ type: "ack", reply_to, ids, seq: 2, duplicate: false, timestamp: at(0) }));
}

test("where the first message was refused the next one goes out all the same, and begins the conversation", async () => {
  await open("/chat");
  await list([]);
  await userEvent.type(screen.getByLabelText("Message"), "Too much{Enter}");
  await refuses();
  await userEvent.type(screen.getByLabelText("Message"), "Less{Enter}");
  await heard(() => undefined);
  expect(lines.last.heard("send_message").map(({ content }) => content)).toEqual(["Too much", "Less"]);
  await begins();
  expect(location.pathname).toBe(`/chat/${ID}`);
});

test("a suggested question leaves what was being written as it is", async () => {
  await open("/");
  await list([]);
  await userEvent.type(screen.getByLabelText("Message"), "When does the");
  await userEvent.click(await screen.findByRole("button", { name: "What's in the kitchen?" }));
  expect(screen.getByLabelText<HTMLTextAreaElement>("Message").value).toBe("When does the");
  await begins();
  expect(location.pathname).toBe(`/chat/${ID}`);
  expect(screen.getByLabelText<HTMLTextAreaElement>("Message").value).toBe("When does the");
});

test("a conversation that is not one's own is not here", async () => {
  await open(`/chat/${ID}`);
  const about = { error_code: "thread_not_found", request_id: "r", message_id: null, details: null, timestamp: at(0) };
  await heard(() => lines.last.say({ type: "error", error: "Conversation not found.", reply_to: `subscribe ${TOPIC}`, ...about }));
  expect(screen.getByText("This conversation is not here")).toBeTruthy();
  expect(settled).not.toContain(ID);
});

test("what the server could not read is not called gone: it says so, and comes by itself", async () => {
  const fails = (topic: string) => {
    const about = { error_code: "storage_failed", request_id: "r", message_id: null, details: null, timestamp: at(0) };
    lines.last.say({ type: "error", error: "Nothing could be stored just now.", reply_to: `subscribe ${topic}`, ...about });
  };
  await open(`/chat/${ID}`);
  await heard(() => fails("user:u"));
  await heard(() => fails(TOPIC));
  expect(screen.getByText("The server could not read your list just now; it is fetched again by itself.")).toBeTruthy();
  expect(screen.getByText(/^The server could not read this conversation just now; it is fetched again by itself. What you write is kept/)).toBeTruthy();
  expect(screen.queryByText("This conversation is not here")).toBeNull();
  await heard(() => clock.pass(1_000));
  await snapshot({ ...empty(), conversation: head(0) });
  await snapshot({ kind: "user", topic: "user:u", account: null, window: "", conversations: [head(0)], inbox: [], notices: [] });
  expect(screen.queryByText(/could not read/)).toBeNull();
  expect(screen.getAllByText(head(0).title).length).toBeGreaterThan(0);
});

test("a conversation that is taken away while it is open is not here any more, and leaves no toast", async () => {
  await open(`/chat/${ID}`);
  await snapshot({ ...empty(), conversation: head(0) });
  const about = { error_code: "not_found", request_id: "r", message_id: null, details: { topic: TOPIC }, timestamp: at(0) };
  await heard(() => lines.last.say({ type: "error", error: "There is nothing here to follow.", reply_to: null, ...about }));
  expect(screen.getByText("This conversation is not here")).toBeTruthy();
  expect(screen.queryByText(/nothing here to follow/)).toBeNull();
});

test("opening a sign-in link uses nothing up; pressing the button does", async () => {
  signedIn = false;
  await open("/link?token=secret");
  expect(asked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(asked).toEqual(["signIn secret"]));
  expect(location.search).toBe("");
});

test("a page that opens while the server is away says so once, and goes on by itself", async () => {
  away = true;
  signedIn = false;
  await open("/");
  expect(screen.getByText("The server cannot be reached just now. This page goes on trying by itself.")).toBeTruthy();
  away = false;
  await heard(() => clock.pass(2_000));
  expect(await screen.findByText(/You are not signed in here/)).toBeTruthy();
  expect(screen.queryByText(/cannot be reached/)).toBeNull();
});

test("a link that was used before says so, and stays where it is", async () => {
  signedIn = false;
  await open("/link?token=used");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect((await screen.findByRole("alert")).textContent).toBe("This link was used before or has expired.");
  expect(location.pathname).toBe("/link");
});

test("an admin is offered a model that was found, and can switch to it and back", async () => {
  models = withProvider(false);
  await open("/");
  await list([]);
  expect(screen.getByLabelText("Who answers: built in")).toBeTruthy();
  expect(screen.getByText(/Ask openai\/fake at models.example\?/)).toBeTruthy();
  await userEvent.click(await screen.findByRole("button", { name: "Allow it" }));
  expect(asked).toEqual(["allow openai true"]);
  await userEvent.click(screen.getByLabelText("Who answers: openai/fake"));
  await userEvent.click(screen.getByRole("button", { name: /^built in/ }));
  expect(screen.getByLabelText("Who answers: built in")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Message"), "Who are you?{Enter}");
  expect(lines.last.heard("send_message")).toMatchObject([{ model: "built-in" }]);
});

test("an offer can be sent away; who answers still says that it waits, and leads to where it is decided", async () => {
  models = withProvider(false);
  await open("/");
  await list([]);
  await userEvent.click(await screen.findByRole("button", { name: "Not now" }));
  expect(screen.queryByRole("button", { name: "Not now" })).toBeNull();
  await userEvent.click(screen.getByLabelText("Who answers: built in"));
  expect(screen.getByText("openai could answer too, and waits for your word.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Set up models…" }).getAttribute("href")).toBe("/settings/models");
});

test("the list closes by Escape and leaves nothing covered", async () => {
  await open("/");
  await list([]);
  await userEvent.click(screen.getByLabelText("Show conversations"));
  expect(document.activeElement?.textContent).toBe("New conversation");
  expect(document.querySelector("main")?.inert).toBe(true);
  await userEvent.keyboard("{Escape}");
  expect(document.querySelector("main")?.inert).toBe(false);
  expect(document.activeElement).toBe(screen.getByLabelText("Show conversations"));
});

test("who is not signed in is told how to come in", async () => {
  signedIn = false;
  await open("/");
  expect(screen.getByText(/You are not signed in here/)).toBeTruthy();
});
