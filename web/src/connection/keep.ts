/** What this browser keeps, also when its tab is closed: what each person wrote. */

import type { Entry, Keep } from "./outbox";
import type { Shelf } from "./shelf";


/** The value under `key`, or null where there is none that can be read. */
export function recalled(storage: Pick<Storage, "getItem">, key: string): unknown {
  try {
    const text = storage.getItem(key);
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

/** Writes `value` under `key`; says whether that worked. */
export function remembered(storage: Pick<Storage, "setItem">, key: string, value: unknown): boolean {
  try {
    storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Where what somebody is writing in a conversation lies; each person's is their own. */
export function draftKey(user: string, conversation: string): string {
  return `${draftsOf(user)}${conversation}`;
}

function draftsOf(user: string): string {
  return `parlour.draft.${user}.`;
}

/** What waits to go out, shared by every tab of this browser: each message under a key of its own. */
export function keptIn(shelf: Shelf): Keep {
  let user = "";
  const prefix = () => `parlour.outbox.${user}.`;
  const mine = (start: string) => shelf.keys().filter((key) => key.startsWith(start));
  return {
    open: (whose) => {
      user = whose;
      const entries = mine(prefix()).flatMap((key) => entryIn(recalled(shelf, key)));
      return entries.sort((a, b) => a.written - b.written);
    },
    put: (key, entry) => {
      remembered(shelf, prefix() + key, entry);
    },
    drop: (key) => shelf.removeItem(prefix() + key),
    onElsewhere: (act) =>
      shelf.onElsewhere((key) => {
        if (key.startsWith(prefix())) act(key.slice(prefix().length), entryIn(recalled(shelf, key))[0] ?? null);
      }),
    forgetDrafts: () => {
      for (const key of mine(draftsOf(user))) shelf.removeItem(key);
    },
  };
}

function entryIn(kept: unknown): Entry[] {
  const entry = kept as Partial<Entry> | null;
  return typeof entry?.command?.client_message_id === "string" ? [{ ...(entry as Entry), written: entry.written ?? 0 }] : [];
}
