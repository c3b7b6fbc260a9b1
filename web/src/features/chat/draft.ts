import { useCallback, useState } from "react";
import { recalled, remembered } from "../../connection/keep";
import { tabShelf } from "../../connection/shelf";

export interface Draft {
  text: string;
  /** False while this browser refuses to keep it: then it is gone when the page closes. */
  isKept: boolean;
  write: (text: string) => void;
  /** Puts words behind what is written there already. */
  add: (words: string) => void;
}

const NEW = "new";

/** What is being written where a conversation began goes on in it. */
export function carryDraft(conversation: string): void {
  const text = recalledText(keyOf(NEW));
  if (text === "") return;
  remembered(tabShelf, keyOf(conversation), text);
  tabShelf.removeItem(keyOf(NEW));
}

/** What is being written to one conversation; it outlives a reload and a look elsewhere. */
export function useDraft(conversation: string | null): Draft {
  const key = keyOf(conversation ?? NEW);
  const [text, setText] = useState(() => recalledText(key));
  const [isKept, setKept] = useState(true);
  const write = useCallback(
    (next: string) => {
      setText(next);
      if (next === "") tabShelf.removeItem(key);
      else remembered(tabShelf, key, next);
      setKept(next === "" || tabShelf.lasts());
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

function keyOf(conversation: string): string {
  return `parlour.draft.${conversation}`;
}

function recalledText(key: string): string {
  const kept = recalled(tabShelf, key);
  return typeof kept === "string" ? kept : "";
}
