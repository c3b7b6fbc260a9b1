/**
 * Where the page keeps small things over a reload: the browser's storage. Where that is full or forbidden, as in some
 * private windows, they are kept for as long as the page is open, and the shelf says so.
 */

/** A storage that never refuses. */
export interface Shelf extends Pick<Storage, "getItem" | "setItem" | "removeItem" | "clear"> {
  /** Whether everything on it outlives the page. */
  lasts(): boolean;
  /** The keys of what lies on it. */
  keys(): string[];
  /** Calls `act` when another tab puts something on it, or takes it away; what it returns ends that. */
  onElsewhere(act: (key: string, value: string | null) => void): () => void;
}

/** A shelf over a storage of the browser, which may not even let itself be looked at. */
export function shelfOver(find: () => Storage): Shelf {
  const storage = allowed(find);
  const held = new Map<string, string>();
  /** Whether the last thing that was put on it stayed in the page: what comes next would too. */
  let refused = false;
  const onStorage = <T>(act: (storage: Storage) => T) => (storage === undefined ? undefined : allowed(() => act(storage)));

  return {
    getItem: (key) => held.get(key) ?? onStorage((kept) => kept.getItem(key)) ?? null,
    setItem: (key, value) => {
      const written = onStorage((kept) => {
        kept.setItem(key, value);
        return true;
      });
      refused = !written;
      if (written) held.delete(key);
      else {
        held.set(key, value);
        onStorage((kept) => kept.removeItem(key));
      }
    },
    removeItem: (key) => {
      held.delete(key);
      onStorage((kept) => kept.removeItem(key));
    },
    clear: () => {
      held.clear();
      onStorage((kept) => kept.clear());
    },
    lasts: () => storage !== undefined && !refused && held.size === 0,
    keys: () => [...new Set([...held.keys(), ...(onStorage((kept) => Object.keys(kept)) ?? [])])],
    onElsewhere: (act) => {
      const heard = (event: StorageEvent) => {
        if (event.key !== null && event.storageArea === storage) act(event.key, event.newValue);
      };
      addEventListener("storage", heard);
      return () => removeEventListener("storage", heard);
    },
  };
}

function allowed<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** What this browser keeps for every tab of this page. */
export const browserShelf = shelfOver(() => localStorage);
