// Written by `python -m gen` from src/parlour/protocol/content.py. Do not edit.
/** What a conversation is made of: messages, their parts, conversations and turns, as clients see them. */

/** Any JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export type Json = Record<string, JsonValue>;

/** Something said. How long it may be is for the house to say; this only keeps out what no database can hold. */
export type Words = string;

export type Role = "user" | "assistant" | "system" | "tool";

export type MessageStatus = "sent" | "running" | "completed" | "stopped" | "failed";

export type TurnStatus = "queued" | "running" | "waiting" | "completed" | "stopped" | "failed";

export type ToolStatus = "pending" | "waiting" | "executing" | "completed" | "failed" | "denied" | "unknown";

export type Effect = "read" | "control" | "write" | "destructive";

export type Undo = "offered" | "done";

export type UserRole = "admin" | "moderator" | "user" | "guest";

/** What went wrong, in a code for programs and a safe sentence for people. */
export interface Problem {
  code: string;
  message: string;
}

/** Tokens as the provider reported them, or as we estimated them. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** Of the prompt: those that the provider had read before, and asks less for. */
  cached_tokens: number;
  /** Of the completion: those that the model thought with. */
  reasoning_tokens: number;
  /** In billionths of a US dollar; None where no price is known. */
  cost: number | null;
  estimated: boolean;
}

/** How a model is to answer; what is None is left to whoever is asked next. */
export interface Parameters {
  temperature: number | null;
  top_p: number | null;
  presence_penalty: number | null;
  frequency_penalty: number | null;
  max_tokens: number | null;
  /** What counts more where the model is chosen by what is asked. */
  prefer: "speed" | "quality" | null;
}

/** Words of a message. In a state `text` is at most the first 65,536 units; `length` is always the whole. */
export interface TextPart {
  kind: "text";
  text: string;
  length: number;
}

/** What a model thought before it spoke, where its provider tells. */
export interface ReasoningPart {
  kind: "reasoning";
  text: string;
  length: number;
}

/** One run of a tool inside an answer, from the call to its result. */
export interface ToolCallPart {
  kind: "tool_call";
  tool_call_id: string;
  name: string;
  arguments: Json;
  /** What it does, in words: "Looking at the kitchen". */
  label: string;
  status: ToolStatus;
  /** What came of it, in a few words: "9 devices". */
  summary: string | null;
  result: JsonValue;
  /** True when `result` was too large for the wire; the whole is read by REST. */
  truncated: boolean;
  error: Problem | null;
  duration_ms: number | null;
  cached: boolean;
  /** True when it had been done before for the same question, and was not done again; this is the earlier result. */
  repeated: boolean;
  /** The name of whoever said yes or no to it. */
  decided_by: string | null;
  undo: Undo | null;
}

/** A line of the server's own inside an answer, such as why it stopped. */
export interface NoticePart {
  kind: "notice";
  code: string;
  text: string;
}

export type Part = TextPart | ReasoningPart | ToolCallPart | NoticePart;

/** A message as an event carries it. The event's `seq` is the message's `rev`, and its `position` when new. */
export interface MessageBody {
  id: string;
  conversation_id: string;
  role: Role;
  author_id: string | null;
  client_message_id: string | null;
  turn_id: string | null;
  /** For an answer: the question it answers. */
  parent_id: string | null;
  /** For an answer: the earlier version that it was asked to replace. */
  replaces: string | null;
  replaced_by: string | null;
  parts: Part[];
  status: MessageStatus;
  error: Problem | null;
  /** Counts the runs of a model step that had to begin again; the cut ones are kept and can be opened. */
  attempt: number;
  model: string | null;
  /** Everybody who was asked for this answer, in order, where it was more than one; the last is `model`. */
  models: string[] | null;
  /** No model was asked: the same question had been answered before, and every word is told again. */
  cached: boolean;
  usage: Usage | null;
  created_at: string;
  /** How often its words were changed. The earlier ones are kept and can be opened. */
  edits: number;
  /** For an answer: how often the question had been changed when it was answered. */
  answers_edit: number;
  edited_at: string | null;
  deleted_at: string | null;
  metadata: Json;
}

/** A message as a state or a page holds it. */
export interface Message extends MessageBody {
  /** The seq of the event that brought it: the order of a conversation. */
  position: number;
  /** The seq of the event that last changed it. */
  rev: number;
}

/** The line a list shows below a title: at most 100 characters. */
export interface LastMessage {
  text: string;
  is_user: boolean;
  created_at: string;
}

/** A conversation without its messages. */
export interface Conversation {
  id: string;
  project_id: string;
  owner_id: string;
  title: string;
  /** True when a person chose the title; it is then never replaced by a made one. */
  title_is_own: boolean;
  created_at: string;
  updated_at: string;
  last_activity_at: string;
  message_count: number;
  total_tokens: number;
  is_archived: boolean;
  archived_at: string | null;
  last_message: LastMessage | null;
  metadata: Json;
}

/** The work of answering one message. */
export interface Turn {
  id: string;
  question_id: string;
  answer_id: string | null;
  status: TurnStatus;
  /** Why it ended or waits: stopped, step_limit, time_limit, output_limit, crash_loop, or an error code. */
  reason: string | null;
}

/** One thing that would be different afterwards, in words. */
export interface PreviewChange {
  /** What changes: "Floor Lamp", "Hall Light, brightness". */
  what: string;
  /** How it is now; None for something that is not there yet. */
  before: string | null;
  /** How it would be; None for something that would be gone. */
  after: string | null;
}

/** What a call would change, worked out without doing it. */
export interface Preview {
  changes: PreviewChange[];
  /** What else somebody who decides should know: "It is locked since yesterday.". */
  note: string;
}

/** A change that waits for a person. */
export interface Approval {
  /** No other approval has it, whatever ids a model gives its calls; a change that is asked about anew has another. */
  id: string;
  /** The call in the answer `message_id`. */
  tool_call_id: string;
  conversation_id: string;
  project_id: string;
  message_id: string;
  turn_id: string;
  tool_name: string;
  /** What it would do, in words: "Add “Floor Lamp” to the Study". */
  label: string;
  effect: Effect;
  arguments: Json;
  /** None for a tool that cannot foresee what it would do. */
  preview: Preview | null;
  /**
   * Why it is asked: for what it does; because what it would do is not what was approved; because this answer
   * replaces one that acted already; because it may have been done and nobody can tell; because a language model
   * proposes it after reading what others wrote; because the tool wants to know more before it goes on.
   */
  reason: "effect" | "changed" | "again" | "unknown" | "tainted" | "input";
  /**
   * What the tool wants to know, for `input`: `message`, its own words, and `schema`, a JSON schema of an object
   * whose properties are strings, numbers, booleans and choices.
   */
  form: Json | null;
  /** What "always" would mean, in words: "Always here, for lights". None where it is asked every time. */
  remember: string | null;
  status: "pending" | "approved" | "denied" | "expired" | "superseded";
  requested_at: string;
  expires_at: string;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: string | null;
}

/** Something the system has to say to a person or a conversation. */
export interface Notice {
  id: string;
  level: "info" | "warning" | "error";
  text: string;
  created_at: string;
}

/** A person in a project. */
export interface Member {
  user_id: string;
  name: string;
  role: UserRole;
}

/** A project that somebody is a member of. */
export interface Joined {
  id: string;
  name: string;
  is_home: boolean;
  is_owner: boolean;
  /** One that was put away: it can be read, and nothing new is begun there. */
  is_archived: boolean;
}

/** Who somebody is and what they may do, as it stands now. */
export interface Account {
  user_id: string;
  username: string;
  full_name: string;
  role: UserRole;
  permissions: string[];
  /** The shared one first, then by name. */
  projects: Joined[];
}
