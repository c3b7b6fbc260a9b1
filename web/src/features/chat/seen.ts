import { createContext, useContext } from "react";

/** Shows what a model was shown for an answer. */
export type OnSeen = (message: string) => void;

/** How to show it; null where nobody can. */
export const SeenContext = createContext<OnSeen | null>(null);

export function useSeen(): OnSeen | null {
  return useContext(SeenContext);
}
