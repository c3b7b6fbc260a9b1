/** What this tab keeps over a reload: what is on its way, and whose it is. */

import type { Entry, Keep } from "./outbox";

const OUTBOX = "parlour.outbox";
const OWNER = "parlour.owner";

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

/** The outbox of this tab. */
export function keptIn(storage: Pick<Storage, "getItem" | "setItem" | "clear">): Keep {
  return {
    load: () => {
      const kept = recalled(storage, OUTBOX);
      return Array.isArray(kept) ? (kept as Entry[]) : [];
    },
    save: (entries) => {
      remembered(storage, OUTBOX, entries);
    },
    claim: (user) => {
      const owner = recalled(storage, OWNER);
      const foreign = owner !== null && owner !== user;
      if (foreign) storage.clear();
      remembered(storage, OWNER, user);
      return foreign;
    },
  };
}
