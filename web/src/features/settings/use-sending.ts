/** A form on its way: whether it is, and why it did not arrive. */

import { useState } from "react";
import { RestError } from "../../connection/rest";

export interface Sending {
  busy: boolean;
  problem: string | null;
  /** Does it; whatever goes wrong is said, and nothing that was written is lost. True when it worked. */
  send: (act: () => Promise<void>) => Promise<boolean>;
  /** Says what is wrong before anything is sent. */
  refuse: (words: string) => void;
}

export function useSending(): Sending {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (error) {
      setProblem(error instanceof RestError ? error.message : "It could not be done. Please try again.");
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, send, refuse: setProblem };
}
