import { useSyncExternalStore } from "react";

const TICK = 20_000;

let shown = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  shown = Date.now();
  timer ??= setInterval(() => {
    shown = Date.now();
    for (const one of listeners) one();
  }, TICK);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** The date as this browser believes it to be, in milliseconds since 1970; what shows it is drawn anew as it goes on. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => shown);
}
