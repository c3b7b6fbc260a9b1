/** What this tab keeps over a reload. Storage may be off or full; then it is kept for as long as the page is open. */

import type { Entry, Keep } from "./outbox";

const OUTBOX = "parlour.outbox";
const OWNER = "parlour.owner";

/** What we use of a browser's storage. */
type Store = Pick<Storage, "getItem" | "setItem" | "clear">;

/** A browser's storage; what that refuses is kept in memory, and so is everything where it is forbidden. */
export class Shelf implements Store {
  private readonly refused = new Map<string, string>();

  constructor(private readonly find: () => Storage) {}

  getItem(key: string): string | null {
    return this.refused.get(key) ?? this.find().getItem(key);
  }

  /** Throws what the storage throws; the value is then in memory only. */
  setItem(key: string, value: string): void {
    this.refused.set(key, value);
    this.find().setItem(key, value);
    this.refused.delete(key);
  }

  clear(): void {
    this.refused.clear();
    try {
      this.find().clear();
    } catch {
      // Nothing could be put there either.
    }
  }
}

/** What this tab keeps, and what every tab of this browser does. Merely to look for it is forbidden in some. */
export const forTab = new Shelf(() => sessionStorage);
export const forBrowser = new Shelf(() => localStorage);

/** The value under `key`, or null where there is none that can be read. */
export function recalled(storage: Store, key: string): unknown {
  try {
    const text = storage.getItem(key);
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

/** Writes `value` under `key`; says whether it will outlive the page. */
export function remembered(storage: Store, key: string, value: unknown): boolean {
  try {
    storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** The outbox of this tab. */
export function keptIn(storage: Store): Keep {
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
