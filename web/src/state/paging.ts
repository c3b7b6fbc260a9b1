/** Reading a conversation away from its end: what lies before it, and the place a link leads to. */

import type { Rest } from "../connection/rest";
import { RestError } from "../connection/rest";
import type { ConversationState } from "../protocol";
import type { Around } from "./pages";
import { around, before, behind } from "./pages";
import type { Session } from "./session";

interface Parts {
  session: Session;
  rest: Rest;
  /** What is shown of a conversation now. */
  shown: (conversation: string) => ConversationState | null;
  /** Does one reading of a kind at a time, and says when it fails. */
  once: (what: string, act: () => Promise<void>) => Promise<void>;
  tell: (words: string) => void;
}

const GONE = "The message that this link leads to is not here any more.";
const NOT_THERE = new Set([400, 404]);

/** What a page does to read on in a conversation. */
export function pagingOf({ session, rest, shown, once, tell }: Parts) {
  const topicOf = (conversation: string) => `conversation:${conversation}`;

  async function readAround(conversation: string, id: string): Promise<Around> {
    const [message, earlier, after] = await Promise.all([
      rest.message(id),
      rest.messagesBefore(conversation, id),
      rest.messagesAfter(conversation, id),
    ]);
    return { before: earlier, message, after };
  }

  return {
    /** Puts older messages before those that are shown. */
    readEarlier: (conversation: string) =>
      once(`earlier ${conversation}`, async () => {
        const first = shown(conversation)?.messages[0]?.id;
        if (first !== undefined) {
          await session.page(topicOf(conversation), () => rest.messagesBefore(conversation, first), before(first));
        }
      }),

    /** Puts newer messages behind a stretch that somebody went to. */
    readLater: (conversation: string) =>
      once(`later ${conversation}`, async () => {
        const last = shown(conversation)?.messages.at(-1)?.id;
        if (last !== undefined) {
          await session.page(topicOf(conversation), () => rest.messagesAfter(conversation, last), behind(last));
        }
      }),

    /** Shows the part of a conversation that holds a message. */
    goTo: (conversation: string, message: string) =>
      once(`to ${conversation}`, async () => {
        if (shown(conversation)?.messages.some((one) => one.id === message) === true) return;
        try {
          await session.page(topicOf(conversation), () => readAround(conversation, message), around);
        } catch (error) {
          if (error instanceof RestError && NOT_THERE.has(error.status)) tell(GONE);
          else throw error;
        }
      }),

    /** Shows the end of a conversation again. */
    rejoin: (conversation: string) => session.rejoin(topicOf(conversation)),
  };
}
