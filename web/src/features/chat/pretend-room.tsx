/** A room for tests: nobody is at its other end, unless the test says what is answered there. */

import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { useState } from "react";
import { HandClock, HandLines, NOTHING_KEPT } from "../../connection/pretend";
import type { Rest } from "../../connection/rest";
import { restAt } from "../../connection/rest";
import type { ConversationState, DurableEvent, Message, MessageBody, Part, StreamChunk } from "../../protocol";
import { createRoom } from "../../state/room";
import { at, body, empty, framed, head } from "../../state/story";
import { RoomProvider, useRoom } from "../../state/use-room";
import { Chat } from "./Chat";

export const ID = head(0).id;
const TOPIC = empty().topic;

function makeRoom(rest: Partial<Rest>) {
  const clock = new HandClock();
  const lines = new HandLines();
  const nowhere = restAt("", () => Promise.resolve(new Response("", { status: 404 })));
  const me = { user_id: "u", username: "robin", full_name: "Robin", role: "user" as const, permissions: [], projects: [], email: null, has_password: false };
  const room = createRoom({
    rest: { ...nowhere, me: () => Promise.resolve(me), models: () => Promise.resolve([]), ...rest },
    open: lines.open,
    clock,
    keep: NOTHING_KEPT,
  });
  return { clock, lines, room };
}

/** Draws what is inside as if it were on the page. */
export function InRoom({ rest = {}, children }: { rest?: Partial<Rest>; children: ReactNode }) {
  const [{ room }] = useState(() => makeRoom(rest));
  return <RoomProvider room={room}>{children}</RoomProvider>;
}

/** Somebody at an open conversation, and what the test says to them from the server's side. */
export class Visit {
  private seq = 1_000;

  private constructor(private readonly made: ReturnType<typeof makeRoom>) {}

  /** Opens the conversation, which is held as `held` says. */
  static async begin(held: Partial<ConversationState> = {}, rest: Partial<Rest> = {}, onSeen?: (message: string) => void): Promise<Visit> {
    const visit = new Visit(makeRoom(rest));
    const { room, lines } = visit.made;
    render(
      <RoomProvider room={room}>
        <Page {...(onSeen === undefined ? {} : { onSeen })} />
      </RoomProvider>,
    );
    await act(() => room.acts.start());
    await visit.heard(() => lines.last.greet());
    await visit.snapshot(held);
    return visit;
  }

  /** The lines that said what happened. */
  get toasts(): string[] {
    return this.made.room.store.getState().toasts.map((toast) => toast.words);
  }

  /** Somebody takes back what the last of them says. */
  undoes(): Promise<void> {
    return this.heard(() => this.made.room.store.getState().toasts.at(-1)?.undo?.());
  }

  /** What was sent to the server, of one kind. */
  sent(type: string): Record<string, unknown>[] {
    return this.made.lines.last.heard(type);
  }

  /** The server sends the whole anew. */
  snapshot(held: Partial<ConversationState>): Promise<void> {
    const state: ConversationState = { ...empty(), conversation: head(0), ...held };
    return this.heard(() => this.made.lines.last.say({ type: "snapshot", topic: TOPIC, seq: this.seq, state, timestamp: at(0) }));
  }

  /** Things happen, one after the other. */
  happens(...events: DurableEvent[]): Promise<void> {
    return this.heard(() => {
      for (const event of events) this.made.lines.last.say(framed((this.seq += 1), event));
    });
  }

  /** The line is lost. */
  drop(): Promise<void> {
    return this.heard(() => this.made.lines.last.drop());
  }

  /** The server refuses the last message that was sent. */
  refuse(words: string): Promise<void> {
    const reply_to = String(this.sent("send_message").at(-1)?.["id"]);
    const about = { request_id: "r", message_id: null, details: null, timestamp: at(0) };
    return this.heard(() => this.made.lines.last.say({ type: "error", error_code: "invalid_message", error: words, reply_to, ...about }));
  }

  /** The server has the last message that was sent. */
  acknowledge(): Promise<void> {
    const reply_to = String(this.sent("send_message").at(-1)?.["id"]);
    const ids = { conversation_id: ID };
    return this.heard(() => this.made.lines.last.say({ type: "ack", reply_to, ids, seq: this.seq, duplicate: false, timestamp: at(0) }));
  }

  /** The server has carried out the last command of a kind. */
  answers(type: string): Promise<void> {
    const reply_to = String(this.sent(type).at(-1)?.["id"]);
    return this.heard(() => this.made.lines.last.say({ type: "ack", reply_to, ids: {}, seq: this.seq, duplicate: false, timestamp: at(0) }));
  }

  /** The server refuses the last command of a kind. */
  refuses(type: string, words: string): Promise<void> {
    const reply_to = String(this.sent(type).at(-1)?.["id"]);
    const about = { request_id: "r", message_id: null, details: null, timestamp: at(0) };
    return this.heard(() => this.made.lines.last.say({ type: "error", error_code: "not_now", error: words, reply_to, ...about }));
  }

  /** Lets something reach the page, and the page take it in. */
  private heard(say: () => void): Promise<void> {
    return act(async () => {
      say();
      this.made.clock.pass(16);
      await new Promise((done) => setTimeout(done, 0));
    });
  }
}

function Page({ onSeen }: { onSeen?: (message: string) => void }) {
  const isThere = useRoom((room) => room.me !== undefined);
  return isThere ? <Chat id={ID} menu={null} covered={false} {...(onSeen === undefined ? {} : { onSeen })} /> : null;
}

/** A text as a part of a message. */
export function text(words: string): Part {
  return { kind: "text", text: words, length: words.length };
}

/** A question as it is held. */
export function question(id: string, position: number, words: string, changes: Partial<Message> = {}): Message {
  return { ...body(id, { parts: [text(words)], ...changes }), position, rev: position };
}

/** An answer as it is held. */
export function answer(id: string, position: number, parent_id: string, words: string, changes: Partial<MessageBody> = {}): Message {
  const said = { role: "assistant", parent_id, client_message_id: null, status: "completed", parts: [text(words)] } as const;
  return { ...body(id, { ...said, parts: [text(words)], ...changes }), position, rev: position };
}

/** A piece of an answer that is being written. */
export function chunk(message_id: string, offset: number, words: string, changes: Partial<StreamChunk> = {}): StreamChunk {
  const nothing = { length: null, model: null, models: null, cached: false, usage: null, status: null, error: null };
  return { type: "stream_chunk", message_id, attempt: 1, part: 0, kind: "text", chunk: words, chunk_index: 0, offset, is_final: false, ...nothing, ...changes };
}
