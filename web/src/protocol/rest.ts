// Written by `python -m gen` from src/parlour/protocol/rest.py. Do not edit.
/** The bodies of the REST doors: what is sent to them, and what they answer. */

import type { Id } from "./commands";
import type { Account, Conversation, Json, JsonValue, Message, Part, Problem, ToolCallPart, ToolStatus, Turn, Words } from "./content";

/** Some text on one line, not blank; also what ids look like before anybody knows them. */
export type Line = Id;

export type Title = Words;

export type Wait = number;

export type MessageType = "user_input" | "assistant_response" | "system_message" | "tool_result";

/** What went wrong. `request_id` finds it in the server's log. */
export interface ErrorDetail {
  code: string;
  message: string;
  request_id: string;
  /** Where something was asked too often: which `limit`, its `current` and `maximum`, `reset_at`, `retry_after`. */
  details?: Json | null;
}

/** Every answer that is not the one asked for. */
export interface ErrorBody {
  /** The same sentence as `error.message`. */
  detail: string;
  error: ErrorDetail;
}

/** The secret of a one-time link; it is used up by this. */
export interface SignIn {
  link: Line;
}

/** Who is asking, and what they may do. */
export interface Me extends Account {
  email: string | null;
  /** Whether they can sign in with one; links always work. */
  has_password: boolean;
}

/** Opens one socket, as `?ticket=…`, until it expires. */
export interface Ticket {
  ticket: string;
  expires_at: string;
}

/** What to call a new token, and in how many days it ends; without them it lasts until it is revoked. */
export interface NewToken {
  name: Line;
  days?: number | null;
}

/** A token as it can be listed: its secret is gone. */
export interface TokenView {
  id: string;
  name: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

/** A new token. `token` is shown this once; it goes into `Authorization: Bearer …`. */
export interface TokenMade extends TokenView {
  token: string;
}

/** One's own tokens, the newest first. */
export interface TokenList {
  tokens: TokenView[];
}

/** A conversation to begin. With `initial_message` that is said first, and answered. */
export interface NewConversation {
  project_id?: Line | null;
  title?: Title | null;
  initial_message?: Words | null;
  client_message_id?: Line | null;
  model?: Line | null;
}

/** What to change; what is left out stays. */
export interface ConversationChange {
  title?: Title | null;
  is_archived?: boolean | null;
}

/** A conversation, and where it is heard. */
export interface ConversationView extends Conversation {
  websocket_url: string;
}

/** A page of conversations. */
export interface ConversationList {
  conversations: ConversationView[];
  total: number;
  has_more: boolean;
}

/** Something to say, and how many seconds to wait for the answer. Without `conversation_id` one is begun. */
export interface NewMessage {
  content: Words;
  conversation_id?: Line | null;
  project_id?: Line | null;
  /** Chosen by the client: however often it is sent, it counts once. Without it every call counts. */
  client_message_id?: Line | null;
  model?: Line | null;
  wait?: Wait;
}

/** Asks for another answer to the last question; `content` changes the question. */
export interface Again {
  command_id?: Line | null;
  content?: Words | null;
  wait?: Wait;
}

/** A message, with what can be told from it said outright. */
export interface MessageView extends Message {
  /** The words of its text parts, joined. */
  content: string;
  is_user: boolean;
  message_type: MessageType;
  is_edited: boolean;
  is_deleted: boolean;
  token_count: number;
  model_used: string | null;
  tool_calls: ToolCallPart[];
  /** The first tool that was called for it. */
  tool_name: string | null;
  /** Whether every tool that was called for it came back well; None when none was called. */
  tool_success: boolean | null;
}

/** Messages in their order. `total_tokens` counts those of this page. */
export interface MessageList {
  messages: MessageView[];
  has_more: boolean;
  total_tokens: number;
}

/** A conversation with its newest messages. */
export interface ConversationDetail extends ConversationView {
  messages: MessageView[];
  has_more: boolean;
}

/** What was said and what was answered. `ai_message` is None until the answer has begun. */
export interface Exchange {
  conversation_id: string;
  user_message: MessageView;
  ai_message: MessageView | null;
  turn: Turn;
  /** True when this had been said before, and nothing new was begun. */
  duplicate: boolean;
}

/** A new conversation; with the exchange that began it, if something was said. */
export interface ConversationMade extends ConversationView {
  exchange: Exchange | null;
}

/** What an answer had said when a step of it was cut and begun again, from part number `part` on. */
export interface AttemptView {
  attempt: number;
  part: number;
  parts: Part[];
  reason: string;
  at: string;
  /** Who had said it, where that is known. */
  model?: string | null;
}

/** Every cut attempt at an answer, the first one first. */
export interface AttemptList {
  attempts: AttemptView[];
}

/** A tool that one may use. */
export interface ToolView {
  name: string;
  description: string;
  parameters: Json;
  effect: "read" | "control" | "write" | "destructive";
  permission: string;
  timeout_s: number;
}

/** The tools of a project that one may use. */
export interface ToolList {
  tools: ToolView[];
}

/** One run of a tool. */
export interface ToolRunView {
  id: string;
  conversation_id: string;
  message_id: string;
  turn_id: string;
  tool_call_id: string;
  name: string;
  arguments: Json;
  status: ToolStatus;
  result: JsonValue;
  error: Problem | null;
  duration_ms: number | null;
  cached: boolean;
  started_at: string;
  ended_at: string | null;
}

/** The runs of tools for one answer, in the order they began. */
export interface ToolRunList {
  runs: ToolRunView[];
}

/** Which runs of tools are wanted. */
export interface RunsQuery {
  project_id?: string | null;
  conversation_id?: string | null;
  /** The id of a run: those that began before it. */
  before?: string | null;
  limit?: number;
}

/** One run of a tool, without what came back. */
export interface ToolRunLine {
  id: string;
  conversation_id: string;
  conversation_title: string;
  project_id: string;
  message_id: string;
  name: string;
  arguments: Json;
  status: ToolStatus;
  /** Why it did not work. */
  problem: string | null;
  /** The name of whoever said yes or no to it. */
  decided_by: string | null;
  duration_ms: number | null;
  cached: boolean;
  started_at: string;
}

/** Runs of tools in one's own conversations, the newest first. */
export interface ToolRunPage {
  runs: ToolRunLine[];
  has_more: boolean;
}

/** Questions that work on what is really there. */
export interface SuggestionList {
  questions: string[];
}

/** How the server is. `parts` says of each part whether it is ready. */
export interface Health {
  status: "ok" | "not_ready";
  version: string;
  parts?: Record<string, boolean>;
}
