/** What this tab keeps over a reload. Storage may be off or full; then it is kept for as long as the page is open. */

import type { Entry, Keep } from "./outbox";

const OUTBOX = "parlour.outbox";

/** The value under `key`, or null where there is none that can be read. */
export function recalled(storage: Storage, key: string): unknown {
  try {
    const text = storage.getItem(key);
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

/** Writes `value` under `key`; says whether that worked. */
export function remembered(storage: Storage, key: string, value: unknown): boolean {
  try {
    storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** The outbox of this tab. */
export function keptIn(storage: Storage): Keep {
  return {
    load: () => {
      const kept = recalled(storage, OUTBOX);
      return Array.isArray(kept) ? (kept as Entry[]) : [];
    },
    save: (entries) => {
      remembered(storage, OUTBOX, entries);
    },
  };
}
