/** What somebody opened, chose or sorted: kept while its part of the page is scrolled out of sight, and so not drawn. */

import type { ReactNode } from "react";
import { createContext, useCallback, useContext, useState, useSyncExternalStore } from "react";

class Kept {
  private readonly values = new Map<string, unknown>();
  private readonly listeners = new Set<() => void>();

  get(key: string): unknown {
    return this.values.get(key);
  }

  put(key: string, value: unknown): void {
    this.values.set(key, value);
    for (const listener of this.listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

const Context = createContext<Kept | null>(null);

/** Everything inside keeps what it is told for as long as this is on the page. */
export function Keeping({ children }: { children: ReactNode }) {
  const [kept] = useState(() => new Kept());
  return <Context value={kept}>{children}</Context>;
}

/** A state as `useState` makes one, that outlives its part of the page. `key` tells it from every other. */
export function useKept<T>(key: string, first: T): [T, (value: T) => void] {
  const around = useContext(Context);
  const [own] = useState(() => new Kept());
  const kept = around ?? own;
  const value = useSyncExternalStore(kept.subscribe, () => kept.get(key));
  const put = useCallback((next: T) => kept.put(key, next), [kept, key]);
  return [value === undefined ? first : (value as T), put];
}
