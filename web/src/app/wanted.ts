/** Where somebody wanted to go who was not signed in: the sign-in leads there, also when its link opens another tab. */

import { recalled, remembered } from "../connection/keep";
import { browserShelf } from "../connection/shelf";
import { isDoor, placeAt } from "./places";

const KEY = "parlour.wanted";
/** As long as a sign-in link lasts. */
const WANTED_FOR = 15 * 60_000;

interface Wanted {
  address: string;
  at: number;
}

/** Notes that somebody stood at `address`, unless that is where everybody begins. */
export function want(address: string, at: number): void {
  const { pathname, search } = new URL(address, location.origin);
  const place = placeAt(pathname, search);
  if (place.kind === "chat" && place.conversation === null && place.project === null) return;
  if (!isDoor(place) && place.kind !== "nowhere") remembered(browserShelf, KEY, { address, at } satisfies Wanted);
}

/** The address that was wanted a while before `at`, and forgets it; else where everybody begins. */
export function takeWanted(at: number): string {
  const kept = recalled(browserShelf, KEY) as Partial<Wanted> | null;
  browserShelf.removeItem(KEY);
  if (typeof kept?.address !== "string" || typeof kept.at !== "number") return "/chat";
  const isOurs = kept.address.startsWith("/") && new URL(kept.address, location.origin).origin === location.origin;
  return isOurs && Math.abs(at - kept.at) < WANTED_FOR ? kept.address : "/chat";
}
