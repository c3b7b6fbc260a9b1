/** The one bridge from the store to React. */

import type { ReactNode } from "react";
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { Rest } from "../connection/rest";
import type { Acts, Room, RoomStore } from "./room";

interface Value {
  store: RoomStore;
  acts: Acts;
  rest: Rest;
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
