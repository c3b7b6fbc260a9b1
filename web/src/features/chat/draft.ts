import { useCallback, useEffect, useState } from "react";
import { draftKey, recalled, remembered } from "../../connection/keep";
import { browserShelf } from "../../connection/shelf";
import { useRoom } from "../../state/use-room";

export interface Draft {
  text: string;
  /** False while this browser refuses to keep it: then it is gone when the page closes. */
  isKept: boolean;
  write: (text: string) => void;
  /** Puts words behind what is written there already. */
  add: (words: string) => void;
}

const NEW = "new";

/** Whose drafts these are. */
export function useUser(): string {
  return useRoom((room) => room.me?.user_id ?? "");
}

/** What is being written where a conversation began goes on in it. */
export function carryDraft(user: string, conversation: string): void {
  const text = recalledText(draftKey(user, NEW));
  if (text === "") return;
  remembered(browserShelf, draftKey(user, conversation), text);
  browserShelf.removeItem(draftKey(user, NEW));
}

/** What is being written to one conversation: one text for every tab, which outlives them all. */
export function useDraft(conversation: string | null): Draft {
  const key = draftKey(useUser(), conversation ?? NEW);
  const [text, setText] = useState(() => recalledText(key));
  const [isKept, setKept] = useState(true);
  useEffect(
    () =>
      browserShelf.onElsewhere((changed) => {
        if (changed === key) setText(recalledText(key));
      }),
    [key],
  );
  const write = useCallback(
    (next: string) => {
      setText(next);
      if (next === "") browserShelf.removeItem(key);
      else remembered(browserShelf, key, next);
      setKept(next === "" || browserShelf.lasts());
    },
    [key],
  );
  const add = useCallback(
    (words: string) => {
      const before = recalledText(key);
      write(before.trim() === "" ? words : `${before.trimEnd()}\n\n${words}`);
    },
    [key, write],
  );
  return { text, isKept, write, add };
}

function recalledText(key: string): string {
  const kept = recalled(browserShelf, key);
  return typeof kept === "string" ? kept : "";
}
