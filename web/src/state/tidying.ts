/** What a person does to their list: reads on in it, renames, archives, brings back, deletes. */

import type { Clock } from "../connection/clock";
import type { Rest } from "../connection/rest";
import { RestError } from "../connection/rest";
import type { Conversation } from "../protocol";
import type { End, Known, Lists } from "./list";
import { newest, reached, remains, withRead } from "./list";

/** How long something that was done can be undone, in milliseconds. */
export const UNDO = 10_000;

interface Means {
  rest: Rest;
  clock: Clock;
  now: () => Lists;
  known: () => Known;
  set: (changes: Partial<Lists>) => void;
  /** Does something; says in words what went wrong, after `what`, and whether it worked. */
  attempt: (act: () => Promise<void>, what?: string) => Promise<boolean>;
  once: (what: string, act: () => Promise<void>) => Promise<void>;
  /** Shows a line; returns a way to take it away. */
  tell: (words: string, undo?: () => void) => () => void;
  /** Keeps how the list is to be seen. */
  keepSort: (sort: Lists["sort"]) => void;
}

/** The acts of a room that are about its list. */
export function tidying({ rest, clock, now, known, set, attempt, once, tell, keepSort }: Means) {
  const doomed = new Map<string, () => Promise<void>>();

  const put = (copy: Conversation) => set({ read: newest([copy], now().read) });
  const hide = (id: string) => set({ leaving: new Set([...now().leaving, id]) });
  const show = (id: string) => set({ leaving: new Set([...now().leaving].filter((other) => other !== id)) });

  /** Out of sight at once, and back where it belongs once the server has answered. */
  async function move(conversation: Conversation, is_archived: boolean, what: string): Promise<boolean> {
    hide(conversation.id);
    const moved = await attempt(async () => put(await rest.changeConversation(conversation.id, { is_archived })), what);
    show(conversation.id);
    return moved;
  }

  async function deleteNow(conversation: Conversation): Promise<void> {
    const { id, title } = conversation;
    const gone = await attempt(async () => {
      try {
        await rest.deleteConversation(id);
      } catch (error) {
        if (!(error instanceof RestError && error.status === 404)) throw error;
      }
    }, `“${title}” was not deleted.`);
    if (gone) set({ read: now().read.filter((one) => one.id !== id) });
    else show(id);
  }

  const acts = {
    /** Reads on from one end of the list. */
    readOn: (end: End) =>
      once(`list ${end}`, async () => {
        const before = now().reach[end];
        const page = await rest.conversations(reached(known(), end).length, end);
        if (now().reach[end] === before) set(withRead(now(), end, page.items, page.has_more));
      }),

    /** Which end of the list is seen first. */
    sortBy(sort: Lists["sort"]): void {
      set({ sort });
      keepSort(sort);
      if (sort === "oldest" && remains(known(), sort) && now().reach.oldest.until === null) void acts.readOn(sort);
    },

    /** Gives a new title, which is seen at once. */
    async rename({ id, title: before }: Conversation, title: string): Promise<void> {
      set({ titles: { ...now().titles, [id]: title } });
      await attempt(async () => put(await rest.changeConversation(id, { title })), `“${before}” was not renamed.`);
      const { [id]: kept, ...others } = now().titles;
      if (kept === title) set({ titles: others });
    },

    async archive(conversation: Conversation): Promise<void> {
      const { title } = conversation;
      if (await move(conversation, true, `“${title}” was not archived.`)) {
        tell(`“${title}” is in the archive now.`, () => void acts.restore(conversation));
      }
    },

    restore: (conversation: Conversation) => move(conversation, false, `“${conversation.title}” was not taken out of the archive.`),

    /** Out of sight at once, and gone for good when it can no longer be undone. */
    remove(conversation: Conversation): void {
      const { id, title } = conversation;
      if (doomed.has(id)) return;
      hide(id);
      const undo = () => {
        callOff();
        doomed.delete(id);
        show(id);
      };
      const dismiss = tell(`“${title}” is deleted for good in ${UNDO / 1000} seconds.`, undo);
      const carryOut = () => {
        callOff();
        doomed.delete(id);
        dismiss();
        return deleteNow(conversation);
      };
      const callOff = clock.after(UNDO, () => void carryOut());
      doomed.set(id, carryOut);
    },

    /** The page is being left: what was deleted is deleted now. */
    async finish(): Promise<void> {
      await Promise.all([...doomed.values()].map((carryOut) => carryOut()));
    },
  };
  return acts;
}
