import { createContext, useContext } from "react";
import { useKept } from "../../ui/kept";

/** Which question is being said in other words, and whether it was begun from where one writes. */
export interface Reworded {
  message: string;
  isByKey: boolean;
}

export interface Rewording {
  now: Reworded | null;
  begin: (message: string) => void;
  /** It is over: what was being changed is as it was, or is saved; and asked again, where that was wanted. */
  end: (isAsked: boolean) => void;
}

const NOTHING: Rewording = { now: null, begin: () => undefined, end: () => undefined };

export const RewordingContext = createContext<Rewording>(NOTHING);

/** What is being changed in this conversation. */
export function useRewording(): Rewording {
  return useContext(RewordingContext);
}

/** Whether saying a question in other words was begun at it, so that the focus comes back there once that is over. */
export function useBegunHere(message: string): [boolean, (isHere: boolean) => void] {
  return useKept(`rewording ${message}`, false);
}

/** Begins to say a question in other words, at the question itself. */
export function useBegin(message: string): () => void {
  const { begin } = useRewording();
  const [, setHere] = useBegunHere(message);
  return () => {
    begin(message);
    setHere(true);
  };
}
