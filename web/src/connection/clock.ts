/** Time and chance, so that tests can hold both. */
export interface Clock {
  /** Milliseconds that never go backwards; whether they pass while the machine sleeps is the browser's affair. */
  now(): number;
  /** The date as this machine believes it to be, in milliseconds since 1970. It may be wrong, and it may jump. */
  date(): number;
  /** Calls `act` once after `milliseconds`; what it returns calls it off. */
  after(milliseconds: number, act: () => void): () => void;
  /** A number from 0 up to, not including, 1. */
  chance(): number;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  chance: () => Math.random(),
};

/** An id that nobody has used: what makes a command count once, however often it is sent. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
