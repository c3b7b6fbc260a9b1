/** The title of the tab: where one is, and before that how much waits for one's word. */

import { useEffect } from "react";

let place = "";
let waiting = 0;

function write(): void {
  const name = place === "" ? "Parlour" : `${place} · Parlour`;
  document.title = waiting > 0 ? `(${waiting}) ${name}` : name;
}

/** Names the place that is open; "" for the house itself. */
export function useTitle(words: string): void {
  useEffect(() => {
    place = words;
    write();
  }, [words]);
}

/** Says in the title how much waits. */
export function useWaitingInTitle(count: number): void {
  useEffect(() => {
    waiting = count;
    write();
    return () => {
      waiting = 0;
      write();
    };
  }, [count]);
}
