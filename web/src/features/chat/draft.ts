/** What somebody is writing: each text lies on the browser's shelf, one for every tab, and outlives them all. */

import { useCallback, useEffect, useState } from "react";
import { draftKey, recalled, remembered } from "../../connection/keep";
import { browserShelf } from "../../connection/shelf";
import type { Message } from "../../protocol";
import { useRoom } from "../../state/use-room";
import { textOf } from "./exchanges";

interface Shelved {
  /** Null where nothing is written. */
  text: string | null;
  /** False while this browser refuses to keep it: then it is gone when the page closes. */
  isKept: boolean;
  write: (text: string | null) => void;
  /** Puts words behind what is written there already. */
  add: (words: string) => void;
}

export interface Draft extends Omit<Shelved, "write"> {
  text: string;
  write: (text: string) => void;
}

/** What a question is to say instead. */
export interface Wording extends Shelved {
  /** Takes it away from here, for another place; null where another tab was quicker. */
  take: () => string | null;
}

/** What is said when a text was cleared away; it can be had back. */
export const CLEARED = "What you were writing is cleared.";

const NEW = "new";

/** Those in this tab who look at a text: the browser tells only other tabs that it changed. */
const lookers = new Set<(key: string) => void>();

/** Whose drafts these are. */
export function useUser(): string {
  return useRoom((room) => room.me?.user_id ?? "");
}

/** What is being written where a conversation began goes on in it. */
export function carryDraft(user: string, conversation: string): void {
  const text = taken(draftKey(user, NEW));
  if (text !== null) put(draftKey(user, conversation), text);
}

/** What is being written to one conversation. */
export function useDraft(conversation: string | null): Draft {
  const { text, write: writeOrNot, ...shelved } = useShelved(draftKey(useUser(), conversation ?? NEW));
  const write = useCallback((next: string) => writeOrNot(next === "" ? null : next), [writeOrNot]);
  return { ...shelved, text: text ?? "", write };
}

/** What a question is to say instead. What it says already is none. */
export function useWording(message: Message): Wording {
  const key = draftKey(useUser(), `wording.${message.id}`);
  const { text, ...shelved } = useShelved(key);
  return { ...shelved, text: text === textOf(message) ? null : text, take: () => taken(key) };
}

function useShelved(key: string): Shelved {
  const [text, setText] = useState(() => recalledText(key));
  const [isKept, setKept] = useState(true);
  useEffect(() => {
    const look = (changed: string) => {
      if (changed === key) setText(recalledText(key));
    };
    lookers.add(look);
    const end = browserShelf.onElsewhere(look);
    return () => {
      lookers.delete(look);
      end();
    };
  }, [key]);
  const write = useCallback(
    (next: string | null) => {
      put(key, next);
      setKept(next === null || browserShelf.lasts());
    },
    [key],
  );
  const add = useCallback(
    (words: string) => {
      const before = recalledText(key) ?? "";
      write(before.trim() === "" ? words : `${before.trimEnd()}\n\n${words}`);
    },
    [key, write],
  );
  return { text, isKept, write, add };
}

function put(key: string, text: string | null): void {
  if (text === null) browserShelf.removeItem(key);
  else remembered(browserShelf, key, text);
  for (const look of lookers) look(key);
}

function taken(key: string): string | null {
  const text = recalledText(key);
  put(key, null);
  return text;
}

function recalledText(key: string): string | null {
  const kept = recalled(browserShelf, key);
  return typeof kept === "string" ? kept : null;
}
