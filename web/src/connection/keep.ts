/** What this tab, or this browser, keeps over a reload. Storage may be off or full; then it is kept for as long as the page is open. */

import type { Entry, Keep } from "./outbox";

const OUTBOX = "parlour.outbox";
const OWNER = "parlour.owner";
const CHOICE = "parlour.answers";

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

/** Who was chosen to answer, for as long as the browser keeps it. */
export interface Choice {
  load(): string | null;
  /** Null for whoever is the default. */
  save(model: string | null): void;
}

/** The choice of this browser. */
export function choiceIn(storage: Storage): Choice {
  return {
    load: () => {
      const kept = recalled(storage, CHOICE);
      return typeof kept === "string" ? kept : null;
    },
    save: (model) => {
      remembered(storage, CHOICE, model);
    },
  };
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
    claim: (user) => {
      const owner = recalled(storage, OWNER);
      const foreign = owner !== null && owner !== user;
      if (foreign) storage.clear();
      remembered(storage, OWNER, user);
      return foreign;
    },
  };
}
