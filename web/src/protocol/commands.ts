// Written by `python -m gen` from src/parlour/protocol/commands.py. Do not edit.
/** What a client may say. Every command may carry an `id`, which comes back as `reply_to`. */

import type { Json, Parameters, Words } from "./content";

/** What an id looks like before anybody knows it: some text on one line, not blank. */
export type Id = string;

export type Topic = string;

/** Follow a topic: its frames after the cursor `after`, or a snapshot when there is none or it is too old. */
export interface Subscribe {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "subscribe";
  topic: Topic;
  after?: number | null;
}

/** Stop following a topic. */
export interface Unsubscribe {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "unsubscribe";
  topic: Topic;
}

/** Say something. Without `conversation_id` a conversation is begun; the ack names it. */
export interface SendMessage {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "send_message";
  content: Words;
  client_message_id: Id;
  conversation_id?: Id | null;
  project_id?: Id | null;
  attachments?: Id[];
  /** Who is to answer this: a model, or a tier. */
  model?: Id | null;
  parameters?: Parameters | null;
}

/** Change the words of one's own message; what it said before is kept. Refused while it is being answered. */
export interface EditMessage {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "edit_message";
  message_id: Id;
  content: Words;
  command_id: Id;
}

/** Take a message back. Its words are gone from everywhere; a mark stays where it stood. */
export interface DeleteMessage {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "delete_message";
  message_id: Id;
  command_id: Id;
}

/**
 * Answer the last question again; the present answer stays as a version. Also the way to retry a failed one.
 *
 * `message_id` names the question or its present answer. With `content` the question says that from now on.
 */
export interface Regenerate {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "regenerate";
  message_id: Id;
  command_id: Id;
  content?: Words | null;
  /** Who is to answer now; None for who was asked before. */
  model?: Id | null;
  parameters?: Parameters | null;
}

/** End a turn; what was said so far is kept and marked stopped. */
export interface StopGeneration {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "stop_generation";
  turn_id: Id;
}

/** Say yes or no to a change that waits. */
export interface DecideToolCall {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "decide_tool_call";
  approval_id: Id;
  decision: "approve" | "deny";
  /** What to do instead: the call with other arguments. Left out, it is what was asked. */
  arguments?: Json | null;
  /** What the tool wants to know, as the approval's `form` asks for it. */
  answers?: Json | null;
  /** Never to ask again for what the approval's `remember` says. */
  remember?: boolean;
  command_id: Id;
}

/** Say that one is writing, or no longer. */
export interface TypingIndicator {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "typing_indicator";
  conversation_id?: Id | null;
  is_typing: boolean;
}

/** Keep the connection; answered with the head seq of every topic it follows. */
export interface Heartbeat {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type: "heartbeat";
}

export type ClientCommand =
  | Subscribe
  | Unsubscribe
  | SendMessage
  | EditMessage
  | DeleteMessage
  | Regenerate
  | StopGeneration
  | DecideToolCall
  | TypingIndicator
  | Heartbeat;

/** The commands this server answers; any other known one gets `not_available` and is left out of the reference. */
export const SERVED: ReadonlySet<string> = new Set(["subscribe", "unsubscribe", "send_message", "edit_message", "delete_message", "regenerate", "stop_generation", "decide_tool_call", "typing_indicator", "heartbeat"]);
