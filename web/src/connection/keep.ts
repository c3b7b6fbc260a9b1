/** What this tab, or this browser, keeps over a reload: what is on its way and whose it is, and who was chosen to answer. */

import type { Entry, Keep } from "./outbox";

const OUTBOX = "parlour.outbox";
const OWNER = "parlour.owner";
const CHOICE = "parlour.answers";

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

/** Who was chosen to answer, for as long as the browser keeps it. */
export interface Choice {
  load(): string | null;
  /** Null for whoever is the default. */
  save(model: string | null): void;
}

/** The choice of this browser. */
export function choiceIn(storage: Pick<Storage, "getItem" | "setItem">): Choice {
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
