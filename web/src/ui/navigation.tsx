/** Where one is in the page, as its address says it; and links that do not load the page anew. */

import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";

const MOVED = "parlour:moved";

/** Goes to an address of this page. */
export function go(path: string, replace = false): void {
  if (replace) history.replaceState(null, "", path);
  else if (path !== location.pathname) history.pushState(null, "", path);
  dispatchEvent(new Event(MOVED));
}

function onMove(changed: () => void): () => void {
  addEventListener("popstate", changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener("popstate", changed);
    removeEventListener(MOVED, changed);
  };
}

/** The path of the address, as it is now. */
export function usePath(): string {
  return useSyncExternalStore(onMove, () => location.pathname);
}

/** The id behind the `#` of the address, or null where there is none. */
export function useFragment(): string | null {
  return useSyncExternalStore(onMove, () => /^#([0-9a-f-]{36})$/.exec(location.hash)?.[1] ?? null);
}

interface LinkProps {
  to: string;
  className?: string;
  current?: boolean;
  children: ReactNode;
}

/** A link within the page; with a key held it opens elsewhere, as any link does. */
export function Link({ to, className, current = false, children }: LinkProps) {
  return (
    <a
      href={to}
      className={className}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
