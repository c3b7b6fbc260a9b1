/** A room for tests: nobody is at its other end, unless the test says what is answered there. */

import type { ReactNode } from "react";
import { useState } from "react";
import { HandClock, HandLines } from "../../connection/pretend";
import type { Rest } from "../../connection/rest";
import { restAt } from "../../connection/rest";
import { createRoom } from "../../state/room";
import { RoomProvider } from "../../state/use-room";

/** Draws what is inside as if it were on the page. */
export function InRoom({ rest = {}, children }: { rest?: Partial<Rest>; children: ReactNode }) {
  const [room] = useState(() => {
    const nowhere = restAt("", () => Promise.resolve(new Response("", { status: 404 })));
    const keep = { load: () => [], save: () => undefined, claim: () => false };
    return createRoom({ rest: { ...nowhere, ...rest }, open: new HandLines().open, clock: new HandClock(), keep });
  });
  return <RoomProvider room={room}>{children}</RoomProvider>;
}
