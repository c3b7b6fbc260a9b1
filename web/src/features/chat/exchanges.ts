/** A conversation as it is read: each question with the versions of its answer. */

import type { Message } from "../../protocol";

export interface Exchange {
  /** Null where the question lies before what is held. */
  question: Message | null;
  /** The answers to it, the oldest first. */
  versions: Message[];
}

/** The messages in their order, each answer behind its question. */
export function exchangesOf(messages: readonly Message[]): Exchange[] {
  const exchanges: Exchange[] = [];
  const byQuestion = new Map<string, Exchange>();
  for (const message of messages) {
    if (message.role === "user") {
      const exchange = { question: message, versions: [] };
      exchanges.push(exchange);
      byQuestion.set(message.id, exchange);
      continue;
    }
    const known = message.parent_id === null ? undefined : byQuestion.get(message.parent_id);
    if (known !== undefined) {
      known.versions.push(message);
      continue;
    }
    const alone = { question: null, versions: [message] };
    exchanges.push(alone);
    if (message.parent_id !== null) byQuestion.set(message.parent_id, alone);
  }
  return exchanges;
}

/** The versions of an answer that stand; where none does, those that were taken back. */
export function standingOf(versions: readonly Message[]): readonly Message[] {
  const standing = versions.filter((one) => one.deleted_at === null);
  return standing.length > 0 ? standing : versions;
}

/** The words of a message, without what its tools did. */
export function textOf(message: Message): string {
  return message.parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
}

/** The last question of somebody's own, which they can say in other words; null where there is none. */
export function lastQuestion(messages: readonly Message[], author: string): string | null {
  return messages.findLast((message) => message.role === "user" && message.author_id === author && message.deleted_at === null)?.id ?? null;
}

/** Whether only the beginning of a message's text is here. */
export function isCut(message: Message): boolean {
  return message.parts.some((part) => part.kind === "text" && part.length > part.text.length);
}
