/** Where one is in the page, as its address says it; and links that do not load the page anew. */

import type { ComponentProps } from "react";
import { useSyncExternalStore } from "react";

const MOVED = "parlour:moved";

/** Goes to an address of this page; to the one where one is, if it leads to a place on the page, anew. */
export function go(address: string, replace = false): void {
  const here = location.pathname + location.search;
  if (replace) history.replaceState(null, "", address);
  else if (address !== here + location.hash) history.pushState(null, "", address);
  else if (location.hash !== "") {
    history.replaceState(null, "", here);
    queueMicrotask(() => go(address, true));
  }
  dispatchEvent(new Event(MOVED));
}

/** The path of the address, as it is now. */
export function usePath(): string {
  return useSyncExternalStore(moved, () => location.pathname);
}

/** What stands behind the # of the address, as it is now; empty where nothing does. */
export function useHash(): string {
  return useSyncExternalStore(moved, () => location.hash.slice(1));
}

/** The id behind the # of the address, or null where there is none. */
export function useFragment(): string | null {
  return /^[0-9a-f-]{36}$/.exec(useHash())?.[0] ?? null;
}

function moved(changed: () => void): () => void {
  const names = ["popstate", "hashchange", MOVED];
  for (const name of names) addEventListener(name, changed);
  return () => {
    for (const name of names) removeEventListener(name, changed);
  };
}

interface LinkProps extends Omit<ComponentProps<"a">, "href" | "onClick"> {
  to: string;
  current?: boolean;
  /** Called when it was followed within the page. */
  onGo?: () => void;
}

/** A link within the page; with a key held it opens elsewhere, as any link does. */
export function Link({ to, current = false, onGo, ...others }: LinkProps) {
  return (
    <a
      {...others}
      href={to}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to);
        onGo?.();
      }}
    />
  );
}
