/** For whom the providers are that a part of the settings shows: everybody's, a project's, or one's own. */

import { createContext, useContext } from "react";
import type { Whose } from "../../connection/deciding";

export const HOUSE: Whose = { kind: "house" };
export const MINE: Whose = { kind: "mine" };

const Context = createContext<Whose>(HOUSE);

export const WhoseContext = Context.Provider;

export function useWhose(): Whose {
  return useContext(Context);
}

/** A name for it that no other has. */
export function keyOf(whose: Whose): string {
  return "id" in whose ? `${whose.kind} ${whose.id}` : whose.kind;
}
