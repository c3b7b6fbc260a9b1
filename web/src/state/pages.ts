/**
 * What somebody reads of a conversation besides its followed end: the pages before it, and a stretch apart that a
 * link led to. A stretch grows at both ends and becomes part of the followed state as soon as it reaches it.
 */

import type { ConversationState, DurableFrame, Message } from "../protocol";
import type { Followed } from "./followed";
import { mergePage, reduce } from "./reduce";
import { DoesNotFollow } from "./text";

/** Messages in their order. `has_more` says whether the conversation goes on in the direction that was asked. */
export interface MessagePage {
  items: Message[];
  has_more: boolean;
}

/** A message with those around it. */
export interface Around {
  before: MessagePage;
  message: Message;
  after: MessagePage;
}

/** Puts what was read in its place, brought up to date by the frames that came while it was read. */
export type Put<T> = (followed: Followed, read: T, missed: readonly DurableFrame[]) => Followed;

/** Puts a page before the message `first`, wherever that is the first one held; elsewhere it has no place any more. */
export function before(first: string): Put<MessagePage> {
  return (followed, page, missed) => {
    const { state, apart } = followed;
    if (state.kind !== "conversation") return followed;
    if (state.messages[0]?.id === first) return { ...followed, state: grown(state, page, missed) };
    if (apart?.messages[0]?.id !== first) return followed;
    return { ...followed, apart: missed.reduce(heardApart, mergePage(apart, page.items, startOf(page))) };
  };
}

/** Puts a page behind the message `last`, if a stretch apart still ends there. */
export function behind(last: string): Put<MessagePage> {
  return (followed, page, missed) => {
    const { apart } = followed;
    if (apart?.messages.at(-1)?.id !== last) return followed;
    const longer = missed.reduce(heardApart, mergePage(apart, page.items));
    return joined({ ...followed, apart: longer }, !page.has_more);
  };
}

/** Begins a stretch apart around a message; if that reaches the followed end it is part of it at once. */
export const around: Put<Around> = (followed, { before: earlier, message, after }, missed) => {
  if (followed.state.kind !== "conversation") return followed;
  const items = [...earlier.items, message, ...after.items];
  const nothing = { ...followed.state, window: Number.MAX_SAFE_INTEGER, messages: [] };
  const start = earlier.has_more ? startOf({ items, has_more: true }) : 0;
  return joined({ ...followed, apart: missed.reduce(heardApart, mergePage(nothing, items, start)) }, !after.has_more);
};

/** A stretch after `frame`: what changes in its messages. What is new lies behind it. */
export function heardApart(apart: ConversationState | null, frame: DurableFrame): ConversationState | null {
  if (apart === null || frame.type === "new_message" || frame.type === "assistant_message_start") return apart;
  try {
    const next = reduce(apart, frame);
    return next.kind === "conversation" && next.conversation !== null ? next : null;
  } catch (error) {
    if (error instanceof DoesNotFollow) return null;
    throw error;
  }
}

/** Makes one of both where the stretch reaches what is followed, or the very end. */
function joined(followed: Followed, isWhole: boolean): Followed {
  const { state, apart } = followed;
  if (state.kind !== "conversation" || apart === null) return followed;
  const last = apart.messages.at(-1);
  if (last === undefined) return { ...followed, apart: null };
  if (!isWhole && last.position < state.window) return followed;
  return { ...followed, state: mergePage(state, apart.messages, apart.window), apart: null };
}

function grown(state: ConversationState, page: MessagePage, missed: readonly DurableFrame[]): Followed["state"] {
  return missed.reduce<Followed["state"]>(reduce, mergePage(state, page.items, startOf(page)));
}

/** Where a page begins: at its first message, or where the conversation does. */
function startOf({ items, has_more }: MessagePage): number {
  return has_more ? (items[0]?.position ?? 0) : 0;
}
