import { lazy } from "react";
import { Later } from "../../ui/Later";
import { lookAway, useLookedInto } from "./place";

const Seen = lazy(async () => ({ default: (await import("./Seen")).Seen }));

/** Where an answer is looked into, over the whole page; nothing while none is. */
export function SeenPlace() {
  const message = useLookedInto();
  if (message === null) return null;
  return (
    <Later>
      <Seen key={message} message={message} close={lookAway} />
    </Later>
  );
}
