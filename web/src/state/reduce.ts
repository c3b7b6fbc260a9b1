/**
 * From a state and a frame to the next state: the one meaning of every durable event.
 *
 * The server has the same functions; the golden files hold both to each other. All of it is pure. A frame is
 * given to `reduce` once and in order; messages may meet one again after a page, and what is not newer than their
 * `rev` changes nothing in them.
 */

import type {
  Account,
  Approval,
  AssistantMessageStart,
  Conversation,
  ConversationState,
  DurableFrame,
  Message,
  NewMessage,
  Notice,
  ProjectState,
  TopicState,
  Turn,
  UserState,
} from "../protocol";
import { ENDED, MOST_NOTICES } from "../protocol";
import type { MessageChange } from "./changes";
import { assertNever, changed, messageOf } from "./changes";

/** `state` after `frame`, which belongs to its topic. Throws DoesNotFollow when something in between is missing. */
export function reduce(state: TopicState, frame: DurableFrame): TopicState {
  switch (state.kind) {
    case "conversation":
      return conversation(state, frame);
    case "user":
      return user(state, frame);
    case "project":
      return project(state, frame);
    default:
      return assertNever(state);
  }
}

/**
 * `state` with messages that were read by REST; of each message the higher `rev` stays. With `window` the page
 * reaches from there to what is held, and the state begins there from now on. Give the frames that arrived between
 * the asking and the answer to `reduce` once more after the merge.
 */
export function mergePage(state: ConversationState, messages: Message[], window: number | null = null): ConversationState {
  const start = window === null ? state.window : Math.min(window, state.window);
  const held = new Map(state.messages.map((message) => [message.id, message]));
  for (const message of messages) {
    const known = held.get(message.id);
    if (message.position >= start && (known === undefined || message.rev > known.rev)) {
      held.set(message.id, messageOf(message, message.position, message.rev));
    }
  }
  return { ...state, window: start, messages: [...held.values()].sort((a, b) => a.position - b.position) };
}

function conversation(state: ConversationState, frame: DurableFrame): ConversationState {
  switch (frame.type) {
    case "conversation_created":
    case "conversation_updated":
      return { ...state, conversation: frame.conversation };
    case "conversation_deleted":
      return { ...state, conversation: null, messages: [], turns: [], approvals: [], notices: [] };
    case "new_message":
    case "assistant_message_start":
      return withMessage(state, frame, frame.seq);
    case "message_updated":
      return withChange(state, frame, frame.message.id, frame.seq);
    case "message_deleted":
    case "stream_chunk":
    case "answer_restarted":
    case "tool_call":
    case "tool_result":
      return withChange(state, frame, frame.message_id, frame.seq);
    case "turn_updated":
      return { ...state, turns: turns(state.turns, frame.turn) };
    case "approval_requested":
    case "approval_decided":
      return { ...state, approvals: pending(state.approvals, frame.approval) };
    case "system_notification":
      return { ...state, notices: notices(state.notices, frame.notice) };
    case "summary_available":
    case "upload_progress":
    case "entity_changed":
    case "project_updated":
    case "account_updated":
    case "model_settings_changed":
      return state;
    default:
      return assertNever(frame);
  }
}

function user(state: UserState, frame: DurableFrame): UserState {
  switch (frame.type) {
    case "conversation_created":
    case "conversation_updated":
      if (!belongs(state.account, frame.conversation)) return state;
      return { ...state, conversations: listed(state.conversations, frame.conversation, state.window) };
    case "conversation_deleted":
      return {
        ...state,
        conversations: without(state.conversations, frame.conversation_id),
        inbox: state.inbox.filter((approval) => approval.conversation_id !== frame.conversation_id),
      };
    case "approval_requested":
    case "approval_decided":
      if (!belongs(state.account, frame.approval)) return state;
      return { ...state, inbox: pending(state.inbox, frame.approval) };
    case "system_notification":
      return { ...state, notices: notices(state.notices, frame.notice) };
    case "account_updated":
      return {
        ...state,
        account: frame.account,
        conversations: state.conversations.filter((one) => belongs(frame.account, one)),
        inbox: state.inbox.filter((one) => belongs(frame.account, one)),
      };
    case "new_message":
    case "assistant_message_start":
    case "message_updated":
    case "message_deleted":
    case "stream_chunk":
    case "answer_restarted":
    case "tool_call":
    case "tool_result":
    case "turn_updated":
    case "summary_available":
    case "upload_progress":
    case "entity_changed":
    case "project_updated":
    case "model_settings_changed":
      return state;
    default:
      return assertNever(frame);
  }
}

function project(state: ProjectState, frame: DurableFrame): ProjectState {
  switch (frame.type) {
    case "conversation_created":
    case "conversation_updated":
      return { ...state, conversations: listed(state.conversations, frame.conversation) };
    case "conversation_deleted":
      return { ...state, conversations: without(state.conversations, frame.conversation_id) };
    case "entity_changed":
      return { ...state, home_rev: Math.max(state.home_rev, frame.seq) };
    case "project_updated":
      return { ...state, name: frame.name, members: frame.members };
    case "new_message":
    case "assistant_message_start":
    case "message_updated":
    case "message_deleted":
    case "stream_chunk":
    case "answer_restarted":
    case "tool_call":
    case "tool_result":
    case "turn_updated":
    case "approval_requested":
    case "approval_decided":
    case "summary_available":
    case "system_notification":
    case "upload_progress":
    case "account_updated":
    case "model_settings_changed":
      return state;
    default:
      return assertNever(frame);
  }
}

/** Whether something lies in a project that they are in; what does not is not there for them. */
function belongs(account: Account | null, thing: { readonly project_id: string }): boolean {
  return account === null || account.projects.some((project) => project.id === thing.project_id);
}

function withMessage(state: ConversationState, event: NewMessage | AssistantMessageStart, seq: number): ConversationState {
  const body = event.message;
  const messages = state.messages.map((message) =>
    message.id === body.replaces && message.rev < seq ? { ...message, replaced_by: body.id, rev: seq } : message,
  );
  if (seq >= state.window && !messages.some((message) => message.id === body.id)) {
    messages.push(messageOf(body, seq, seq));
    messages.sort((a, b) => a.position - b.position);
  }
  return { ...state, messages };
}

/** A message before the window is not held; what is said about it is not ours. */
function withChange(state: ConversationState, event: MessageChange, about: string, seq: number): ConversationState {
  const index = state.messages.findLastIndex((message) => message.id === about);
  const message = state.messages[index];
  if (message === undefined || seq <= message.rev) return state;
  return { ...state, messages: state.messages.with(index, changed(message, event, seq)) };
}

function turns(open: Turn[], turn: Turn): Turn[] {
  if (ENDED.has(turn.status)) return open.filter((other) => other.id !== turn.id);
  if (open.some((other) => other.id === turn.id)) return open.map((other) => (other.id === turn.id ? turn : other));
  return [...open, turn];
}

function pending(approvals: Approval[], approval: Approval): Approval[] {
  const same = (other: Approval) => other.id === approval.id;
  if (approval.status !== "pending") return approvals.filter((other) => !same(other));
  if (approvals.some(same)) return approvals.map((other) => (same(other) ? approval : other));
  return [...approvals, approval];
}

function notices(held: Notice[], notice: Notice): Notice[] {
  return [...held.filter((other) => other.id !== notice.id), notice].slice(-MOST_NOTICES);
}

function listed(held: Conversation[], one: Conversation, since = ""): Conversation[] {
  const others = without(held, one.id);
  if (one.is_archived || one.last_activity_at < since) return others;
  return [...others, one].sort(latestFirst);
}

/** The order of a list: the latest activity first, then the greater id. */
export function latestFirst(a: Conversation, b: Conversation): number {
  if (a.last_activity_at !== b.last_activity_at) return a.last_activity_at < b.last_activity_at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

function without(held: Conversation[], id: string): Conversation[] {
  return held.filter((other) => other.id !== id);
}
