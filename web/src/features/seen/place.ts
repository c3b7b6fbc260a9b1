/** Which answer is looked into. It stands in the browser's history, so that going back closes it, on a phone too. */

import { useSyncExternalStore } from "react";

const LOOKED = "parlour:looked";

/** Opens what an answer saw. */
export function lookInto(message: string): void {
  history.pushState({ seen: message }, "");
  dispatchEvent(new Event(LOOKED));
}

/** Closes it again. */
export function lookAway(): void {
  history.back();
}

/** The answer that is looked into now, or null. */
export function useLookedInto(): string | null {
  return useSyncExternalStore((changed) => {
    addEventListener("popstate", changed);
    addEventListener(LOOKED, changed);
    return () => {
      removeEventListener("popstate", changed);
      removeEventListener(LOOKED, changed);
    };
  }, lookedInto);
}

function lookedInto(): string | null {
  const kept: unknown = history.state;
  const seen = typeof kept === "object" && kept !== null && "seen" in kept ? kept.seen : null;
  return typeof seen === "string" ? seen : null;
}
