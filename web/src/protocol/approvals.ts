// Written by `python -m gen` from src/parlour/protocol/approvals.py. Do not edit.
/** The bodies of `/approvals`: what waits for a person, what they say to it, and what they need not be asked again. */

import type { Id } from "./commands";
import type { Approval, Json } from "./content";

/** What waits for one's word, the oldest first. */
export interface ApprovalList {
  approvals: Approval[];
}

/** A word on a change that waits. The same `command_id` decides once, however often it is sent. */
export interface Decision {
  decision: "approve" | "deny";
  /** What to do instead: the call with other arguments. Left out, it is what was asked. */
  arguments?: Json | null;
  /** What the tool wants to know, as the approval's `form` asks for it. */
  answers?: Json | null;
  /** Never to ask again for what the approval's `remember` says. */
  remember?: boolean;
  command_id?: Id | null;
}

/** Something that one need not be asked again. */
export interface RuleView {
  id: string;
  project_id: string;
  project_name: string;
  tool_name: string;
  /** "Always here, for lights". */
  words: string;
  created_at: string;
}

/** One's own rules, the newest first. */
export interface RuleList {
  rules: RuleView[];
}

/** Take back what a call in an answer did. */
export interface UndoToolCall {
  /** Comes back as `reply_to`. */
  id?: string | null;
  type?: "undo_tool_call";
  message_id: Id;
  tool_call_id: string;
  command_id: Id;
}

/** Takes back what a tool did. The same `command_id` does it once. */
export interface Undoing {
  command_id?: Id | null;
}
