// Written by `python -m gen` from src/parlour/protocol/events.py. Do not edit.
/**
 * What the server says: durable events, which are numbered and kept, and frames of the moment, which are not.
 *
 * A durable frame is its event's fields beside the envelope `topic, from_seq, seq, timestamp`. `from_seq` equals
 * `seq` unless several chunks were merged for a slow reader; a client applies a frame when `from_seq` is at most
 * one above its cursor.
 */

import type { Account, Approval, Conversation, Json, JsonValue, Member, MessageBody, Notice, Problem, Turn, TurnStatus, Undo, Usage } from "./content";
import type { TopicState } from "./state";

/** A conversation was begun. */
export interface ConversationCreated {
  type: "conversation_created";
  conversation: Conversation;
}

/** Its title, archive mark, counts or last line changed. */
export interface ConversationUpdated {
  type: "conversation_updated";
  conversation: Conversation;
}

/** It is gone, with everything in it. */
export interface ConversationDeleted {
  type: "conversation_deleted";
  conversation_id: string;
}

/** Somebody said something. Its sender knows it by `client_message_id`. */
export interface NewMessage {
  type: "new_message";
  message: MessageBody;
}

/** A message changed; this is the whole of it. */
export interface MessageUpdated {
  type: "message_updated";
  message: MessageBody;
}

/** A message was taken back; its words are gone. */
export interface MessageDeleted {
  type: "message_deleted";
  message_id: string;
  deleted_at: string;
}

/** A turn was queued, runs, waits for a person, or ended. */
export interface TurnUpdated {
  type: "turn_updated";
  turn: Turn;
}

/** An answer begins; `message` is empty yet. Where it `replaces` a version, that one is marked. */
export interface AssistantMessageStart {
  type: "assistant_message_start";
  message: MessageBody;
}

/**
 * The next words of part number `part`, at `offset`. The last one of an answer is empty and `is_final`.
 *
 * The final chunk carries `length` (units over all text parts), `model`, `models`, `cached`, `usage` and `status`; a
 * client whose own length differs fetches the message.
 */
export interface StreamChunk {
  type: "stream_chunk";
  message_id: string;
  attempt: number;
  part: number;
  kind: "text" | "reasoning";
  chunk: string;
  chunk_index: number;
  offset: number;
  is_final: boolean;
  length: number | null;
  model: string | null;
  models: string[] | null;
  cached: boolean;
  usage: Usage | null;
  status: "completed" | "stopped" | "failed" | null;
  error: Problem | null;
}

/** The model step that wrote part number `part` and on begins again; what it had written is kept as an attempt. */
export interface AnswerRestarted {
  type: "answer_restarted";
  message_id: string;
  attempt: number;
  part: number;
  reason: string;
}

/** A tool's name and the arguments it is called with. */
export interface FunctionCall {
  name: string;
  arguments: Json;
}

/** One call of a batch, and the part of the answer it stands at. */
export interface ToolCallItem {
  id: string;
  part: number;
  label: string;
  function: FunctionCall;
}

/** The model called tools; each becomes a part of the answer, in this order. */
export interface ToolCall {
  type: "tool_call";
  conversation_id: string;
  message_id: string;
  tool_calls: ToolCallItem[];
}

/** A tool came back, went to work (`executing`), or waits for a person (`waiting`). */
export interface ToolResult {
  type: "tool_result";
  message_id: string;
  tool_call_id: string;
  tool_name: string;
  status: "waiting" | "executing" | "completed" | "failed" | "denied" | "unknown";
  /** What it was called with in the end, where a person changed that. */
  arguments: Json | null;
  /** What it did, in words, where that can be said better than before: "Looked at the kitchen". */
  label: string | null;
  summary: string | null;
  result: JsonValue;
  truncated: boolean;
  error: Problem | null;
  duration_ms: number | null;
  cached: boolean;
  repeated: boolean;
  decided_by: string | null;
  undo: Undo | null;
}

/** A change waits for a person. */
export interface ApprovalRequested {
  type: "approval_requested";
  approval: Approval;
}

/** It was approved, denied, or is no longer asked. */
export interface ApprovalDecided {
  type: "approval_decided";
  approval: Approval;
}

/** The earlier part of a conversation was summed up. */
export interface SummaryAvailable {
  type: "summary_available";
  conversation_id: string;
  summary_id: string;
  message_count: number;
}

/** The system has something to say. */
export interface SystemNotification {
  type: "system_notification";
  notice: Notice;
}

/** How far an upload has come, in bytes. */
export interface UploadProgress {
  type: "upload_progress";
  upload_id: string;
  received: number;
  total: number;
  status: "receiving" | "checking" | "ready" | "failed";
}

/** Something in a project's home was made, changed or taken away. */
export interface EntityChanged {
  type: "entity_changed";
  entity_id: string;
  change: "created" | "updated" | "deleted" | "related";
  name: string;
  version: number;
}

/** A project's name or members changed; on the project's own topic. */
export interface ProjectUpdated {
  type: "project_updated";
  name: string;
  members: Member[];
}

/** What somebody may do, or where they belong, changed; on their own topic. */
export interface AccountUpdated {
  type: "account_updated";
  account: Account;
}

/**
 * Who is to answer, or how, was decided anew for the conversation or the person whose topic this is.
 *
 * What was decided is read by `/models/settings`, what comes of it by `/models/effective`.
 */
export interface ModelSettingsChanged {
  type: "model_settings_changed";
  /** That of the settings that stand now. */
  version: number;
}

export type DurableEvent =
  | ConversationCreated
  | ConversationUpdated
  | ConversationDeleted
  | NewMessage
  | MessageUpdated
  | MessageDeleted
  | TurnUpdated
  | AssistantMessageStart
  | StreamChunk
  | AnswerRestarted
  | ToolCall
  | ToolResult
  | ApprovalRequested
  | ApprovalDecided
  | SummaryAvailable
  | SystemNotification
  | UploadProgress
  | EntityChanged
  | ProjectUpdated
  | AccountUpdated
  | ModelSettingsChanged;

/** The base of frames that are not kept and have no seq of their own. */
export interface Moment {
  timestamp: string;
}

/** The first frame of every connection. */
export interface ConnectionEstablished extends Moment {
  type: "connection_established";
  connection_id: string;
  user_id: string;
  protocol_version: "1.0";
  /** Seconds between heartbeats that the server expects. */
  heartbeat_interval: number;
}

/** A subscription stands; what follows is a snapshot, or the frames after the cursor. */
export interface Subscribed extends Moment {
  type: "subscribed";
  reply_to: string | null;
  topic: string;
  seq: number;
  mode: "replay" | "snapshot";
}

/** The state of a topic as of `seq`. It replaces whatever the client had. */
export interface Snapshot extends Moment {
  type: "snapshot";
  topic: string;
  seq: number;
  state: TopicState;
}

/** A command was carried out and committed. `duplicate` says that this had been done before. */
export interface Ack extends Moment {
  type: "ack";
  reply_to: string | null;
  ids: Record<string, string>;
  seq: number;
  duplicate: boolean;
}

/** A command was refused, or something failed. The connection stays open. */
export interface ErrorFrame extends Moment {
  type: "error";
  error_code: string;
  error: string;
  request_id: string;
  reply_to: string | null;
  message_id: string | null;
  details: Json | null;
}

/** Somebody else is writing, or no longer. */
export interface TypingNotice extends Moment {
  type: "typing_indicator";
  conversation_id: string;
  user_id: string;
  is_typing: boolean;
}

/** The answer to a heartbeat, with the head seq of every topic this connection follows. */
export interface HeartbeatAck extends Moment {
  type: "heartbeat_ack";
  reply_to: string | null;
  heads: Record<string, number>;
}

export type MomentFrame = ConnectionEstablished | Subscribed | Snapshot | Ack | ErrorFrame | TypingNotice | HeartbeatAck;

/** The statuses a turn never leaves. */
export const ENDED: ReadonlySet<TurnStatus> = new Set(["completed", "stopped", "failed"]);

/** The `type` of every DurableEvent. */
export const DURABLE_TYPES = [
  "conversation_created",
  "conversation_updated",
  "conversation_deleted",
  "new_message",
  "message_updated",
  "message_deleted",
  "turn_updated",
  "assistant_message_start",
  "stream_chunk",
  "answer_restarted",
  "tool_call",
  "tool_result",
  "approval_requested",
  "approval_decided",
  "summary_available",
  "system_notification",
  "upload_progress",
  "entity_changed",
  "project_updated",
  "account_updated",
  "model_settings_changed",
] as const satisfies readonly DurableEvent["type"][];

/** The `type` of every MomentFrame. */
export const MOMENT_TYPES = [
  "connection_established",
  "subscribed",
  "snapshot",
  "ack",
  "error",
  "typing_indicator",
  "heartbeat_ack",
] as const satisfies readonly MomentFrame["type"][];
