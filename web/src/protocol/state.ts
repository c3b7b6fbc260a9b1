// Written by `python -m gen` from src/parlour/protocol/state.py. Do not edit.
/** What a client knows of a topic: the state that a snapshot carries and the reducers keep. */

import type { Account, Approval, Conversation, Member, Message, Notice, Turn } from "./content";

/** So many notices a state holds, the newest. */
export const MOST_NOTICES = 20;

/**
 * A conversation from the message at `window` on.
 *
 * `window` is the position of the first message held and never moves; 0 means the conversation is held from
 * its beginning. `messages` are in order of position, `turns` are the open ones in order of asking, `approvals`
 * the pending ones, `notices` the newest 20 in the order they were given.
 */
export interface ConversationState {
  kind: "conversation";
  topic: string;
  /** None once it was deleted. */
  conversation: Conversation | null;
  window: number;
  messages: Message[];
  turns: Turn[];
  approvals: Approval[];
  notices: Notice[];
}

/**
 * What a person sees without opening anything: the head of their list, their inbox and notices.
 *
 * `conversations` are those not archived whose last activity is at or after `window` (an ISO time, or "" for
 * all), the latest first; equal times are ordered by id, the greater first.
 */
export interface UserState {
  kind: "user";
  topic: string;
  account: Account | null;
  window: string;
  conversations: Conversation[];
  inbox: Approval[];
  notices: Notice[];
}

/** A project's members, the conversations shared with it, and how often its home has changed. */
export interface ProjectState {
  kind: "project";
  topic: string;
  name: string;
  members: Member[];
  conversations: Conversation[];
  /** The seq of the last `entity_changed`, 0 when there was none. */
  home_rev: number;
}

export type TopicState = ConversationState | UserState | ProjectState;
