/** The moments at which a page may have lost its line without hearing of it. */

import type { Clock } from "./clock";

const LOOK = 5_000;
const LATE = 20_000;

/**
 * Calls `act` whenever the page is seen again, thawed or taken out of the browser's memory, when the network is back,
 * and when the machine has slept: then its time of day has gone further than its timers. What it returns ends that.
 */
export function onWaking(clock: Clock, act: () => void): () => void {
  const seen = () => {
    if (document.visibilityState === "visible") act();
  };
  const windows = ["online", "pageshow"] as const;
  const documents = ["visibilitychange", "resume"] as const;
  for (const name of windows) addEventListener(name, act);
  for (const name of documents) document.addEventListener(name, seen);

  let callOff: () => void;
  const look = (before: number) => {
    callOff = clock.after(LOOK, () => {
      const now = clock.date();
      if (now - before > LOOK + LATE) act();
      look(now);
    });
  };
  look(clock.date());

  return () => {
    callOff();
    for (const name of windows) removeEventListener(name, act);
    for (const name of documents) document.removeEventListener(name, seen);
  };
}
