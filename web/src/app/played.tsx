/** The whole page over a server that a test plays by hand. */

import { act, render } from "@testing-library/react";
import { HandClock, HandLines, NOTHING_KEPT } from "../connection/pretend";
import type { Rest } from "../connection/rest";
import { RestError, restAt } from "../connection/rest";
import type { Approval, Conversation, DurableEvent, TopicState } from "../protocol";
import type { Me, ToolView } from "../protocol/rest";
import type { SearchHit } from "../protocol/search";
import { createRoom } from "../state/room";
import { at, framed } from "../state/story";
import { RoomProvider } from "../state/use-room";
import { App } from "./App";
import { IN_FORCE } from "../features/pretend";

const ME: Me = { user_id: "u", username: "robin", full_name: "Robin", role: "admin", permissions: [], projects: [], email: null, has_password: false };
const HOME = { id: "p", name: "Home", is_home: true, is_owner: false, is_archived: false };

export class Played {
  readonly clock = new HandClock();
  readonly lines = new HandLines();
  /** What the page asked of the server. */
  readonly asked: string[] = [];
  me: Me | null = { ...ME, projects: [HOME] };
  hits: SearchHit[] = [];
  models = [{ id: "built-in", provider: "built-in", host: "", is_allowed: true, is_default: true }];
  private seq = 0;
  private own = 0;
  tools: ToolView[] = [];
  /** What else the server answers. */
  doors: Partial<Rest> = {};
  private held: Conversation[] = [];

  /** Somebody who may do anything. */
  robin(): Me {
    return { ...ME, projects: [HOME] };
  }

  /** Opens the page at an address, and greets it if somebody is signed in. */
  async opens(path: string): Promise<void> {
    history.replaceState(null, "", path);
    const room = createRoom({ rest: this.rest(), open: this.lines.open, clock: this.clock, keep: NOTHING_KEPT });
    render(
      <RoomProvider room={room}>
        <App />
      </RoomProvider>,
    );
    await act(() => room.acts.start());
    if (this.me !== null) await this.greets();
  }

  /** The server opens the line, for whoever is signed in; its clock says `timestamp`, or what the page's own says. */
  greets(timestamp = new Date(this.clock.date()).toISOString()): Promise<void> {
    return this.heard(() => this.lines.last.greet(timestamp, this.me?.user_id));
  }

  /** Lets something reach the page, and the page take it in. */
  async heard(say: () => void = () => undefined): Promise<void> {
    await act(async () => {
      say();
      this.clock.pass(16);
      await new Promise((resolve) => setTimeout(resolve));
    });
  }

  /** Lets time pass. */
  passes(milliseconds: number): Promise<void> {
    return this.heard(() => this.clock.pass(milliseconds));
  }

  list(conversations: Conversation[], inbox: Approval[] = []): Promise<void> {
    this.held = conversations;
    return this.snapshot({ kind: "user", topic: "user:u", account: null, window: "", conversations, inbox, notices: [] });
  }

  snapshot(state: TopicState): Promise<void> {
    return this.heard(() => this.lines.last.say({ type: "snapshot", topic: state.topic, seq: 0, state, timestamp: at(0) }));
  }

  happens(...events: DurableEvent[]): Promise<void> {
    return this.heard(() => {
      for (const event of events) this.lines.last.say(framed((this.seq += 1), event));
    });
  }

  /** Something happens on the person's own topic. */
  hears(...events: DurableEvent[]): Promise<void> {
    return this.heard(() => {
      for (const event of events) this.lines.last.say(framed((this.own += 1), event, "user:u"));
    });
  }

  /** What the page said last of one kind. */
  sent(type: string): Record<string, unknown> | undefined {
    return this.lines.last.heard(type).at(-1);
  }

  /** The server has the last command of one kind. */
  acknowledges(type: string): Promise<void> {
    const reply_to = String(this.sent(type)?.["id"]);
    return this.heard(() => this.lines.last.say({ type: "ack", reply_to, ids: {}, seq: 1, duplicate: false, timestamp: at(0) }));
  }

  /** The server does not take the last command of one kind. */
  refuses(type: string, error_code: string, error: string): Promise<void> {
    const reply_to = String(this.sent(type)?.["id"]);
    const about = { request_id: "r", message_id: null, details: null, timestamp: at(0) };
    return this.heard(() => this.lines.last.say({ type: "error", error_code, error, reply_to, ...about }));
  }

  private rest(): Rest {
    const asks = <T,>(words: string, answer: T): Promise<T> => {
      this.asked.push(words);
      return Promise.resolve(answer);
    };
    return {
      ...restAt("", () => Promise.resolve(new Response("", { status: 404 }))),
      me: () => (this.me === null ? Promise.reject(new RestError("Please sign in.", 401)) : Promise.resolve(this.me)),
      signIn: (link) => asks(`sign in ${link}`, (this.me = { ...ME, projects: [HOME] })),
      signOut: () => asks("sign out", undefined),
      conversations: (offset, end) => asks(`list ${end} ${offset}`, { items: [], has_more: false }),
      changeConversation: (id, change) => {
        const before = this.held.find((one) => one.id === id);
        if (before === undefined) return Promise.reject(new RestError("Conversation not found.", 404));
        const after = { title: change.title ?? before.title, is_archived: change.is_archived ?? before.is_archived };
        return asks(`change ${id} ${JSON.stringify(change)}`, { ...before, ...after, updated_at: at(999) });
      },
      deleteConversation: (id) => asks(`delete ${id}`, undefined),
      search: (words, offset) => asks(`search ${words} ${offset}`, { hits: this.hits, has_more: false }),
      tools: () => Promise.resolve(this.tools),
      undo: (message, call) => asks(`undo ${message} ${call}`, undefined),
      questions: () => Promise.resolve([]),
      models: () => Promise.resolve(this.models),
      effective: () => Promise.resolve(IN_FORCE),
      ...this.doors,
    };
  }
}
