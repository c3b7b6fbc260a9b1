/** What only one part of the page asks for by REST: not there yet, there, or not to be had. */

import { useCallback, useEffect, useState } from "react";
import type { Rest } from "../connection/rest";
import { RestError } from "../connection/rest";
import { useRest } from "./use-room";

export interface Asked<T> {
  /** What came; null until then. What came before stays while it is asked for again. */
  value: T | null;
  /** Why it did not come, in words. */
  problem: string | null;
  /** Asks once more. */
  again: () => void;
  /** Puts what a change answered in its place. */
  put: (value: T) => void;
}

interface Came<T> {
  key: string;
  value: T | null;
  problem: string | null;
}

const UNEXPECTED = "Something went wrong on this page. Nothing was changed; please try again.";

/** Asks when it is first drawn and whenever `key` changes; an answer to an earlier key is let go. */
export function useAsked<T>(key: string, ask: (rest: Rest) => Promise<T>): Asked<T> {
  const rest = useRest();
  const [came, setCame] = useState<Came<T>>({ key, value: null, problem: null });
  const [times, setTimes] = useState(0);

  useEffect(() => {
    let wanted = true;
    ask(rest).then(
      (value) => {
        if (wanted) setCame({ key, value, problem: null });
      },
      (error: unknown) => {
        const problem = error instanceof RestError ? error.message : UNEXPECTED;
        if (wanted) setCame((before) => ({ key, value: before.key === key ? before.value : null, problem }));
      },
    );
    return () => {
      wanted = false;
    };
    // `key` names what `ask` asks for; a new function that asks the same is no reason to ask again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rest, key, times]);

  const again = useCallback(() => setTimes((before) => before + 1), []);
  const put = useCallback((value: T) => setCame({ key, value, problem: null }), [key]);
  const current = came.key === key ? came : { value: null, problem: null };
  return { value: current.value, problem: current.problem, again, put };
}
