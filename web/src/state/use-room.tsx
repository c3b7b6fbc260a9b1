/** The one bridge from the store to React. */

import type { ReactNode } from "react";
import { createContext, useContext, useEffect, useState } from "react";
import { useStore } from "zustand";
import type { Clock } from "../connection/clock";
import type { Rest } from "../connection/rest";
import type { Acts, Room, RoomStore } from "./room";
import type { Finding } from "./search";
import { createSearch } from "./search";

interface Value {
  store: RoomStore;
  acts: Acts;
  rest: Rest;
  clock: Clock;
}

const Context = createContext<Value | null>(null);

/** Makes a room known to what is drawn inside. */
export function RoomProvider({ room, children }: { room: Value; children: ReactNode }) {
  return <Context value={room}>{children}</Context>;
}

function useValue(): Value {
  const value = useContext(Context);
  if (value === null) throw new Error("this is drawn outside of a room");
  return value;
}

/** A part of the room; draws anew when that part changes. */
export function useRoom<T>(select: (room: Room) => T): T {
  return useStore(useValue().store, select);
}

/** What can be done. */
export function useActs(): Acts {
  return useValue().acts;
}

/** The doors of the server, for what only one part of the page asks. */
export function useRest(): Rest {
  return useValue().rest;
}

/** What the server finds for `words` in one's conversations, a moment after they last changed. */
export function useSearch(words: string): Finding & { readOn: () => void } {
  const { rest, clock } = useValue();
  const [search] = useState(() => createSearch(rest, clock));
  useEffect(() => search.look(words), [search, words]);
  return { ...useStore(search.store), readOn: search.readOn };
}

/** The seconds until `at` by the clock, rounded up and counted down; null for null and for what is over. */
export function useSecondsUntil(at: number | null): number | null {
  const { clock } = useValue();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (at === null) return undefined;
    let callOff = () => {};
    const look = () => {
      setNow(clock.now());
      if (clock.now() < at) callOff = clock.after(Math.min(1000, at - clock.now()), look);
    };
    look();
    return () => callOff();
  }, [clock, at]);
  return at === null || now >= at ? null : Math.ceil((at - now) / 1000);
}
