/** What only one part of the page asks for by REST: not there yet, there, or not to be had. */

import { useCallback, useEffect, useRef, useState } from "react";
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

/** Asks when it is first drawn and whenever `key` changes; what was asked for an earlier key, or before a change, is let go. */
export function useAsked<T>(key: string, ask: (rest: Rest) => Promise<T>): Asked<T> {
  const rest = useRest();
  const [came, setCame] = useState<Came<T>>({ key, value: null, problem: null });
  const [times, setTimes] = useState(0);
  const latest = useRef(0);

  useEffect(() => {
    const mine = (latest.current += 1);
    const isWanted = () => mine === latest.current;
    ask(rest).then(
      (value) => {
        if (isWanted()) setCame({ key, value, problem: null });
      },
      (error: unknown) => {
        const problem = error instanceof RestError ? error.message : UNEXPECTED;
        if (isWanted()) setCame((before) => ({ key, value: before.key === key ? before.value : null, problem }));
      },
    );
    return () => {
      latest.current += 1;
    };
    // `key` names what `ask` asks for; a new function that asks the same is no reason to ask again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rest, key, times]);

  const again = useCallback(() => setTimes((before) => before + 1), []);
  const put = useCallback(
    (value: T) => {
      latest.current += 1;
      setCame({ key, value, problem: null });
    },
    [key],
  );
  const current = came.key === key ? came : { value: null, problem: null };
  return { value: current.value, problem: current.problem, again, put };
}
