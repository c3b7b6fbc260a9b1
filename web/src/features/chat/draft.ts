import { useState } from "react";
import { recalled, remembered } from "../../connection/keep";
import { tabShelf } from "../../connection/shelf";

/** What is being written to one conversation; it outlives a reload and a look elsewhere. */
export function useDraft(conversation: string | null): [string, (text: string) => void] {
  const key = `parlour.draft.${conversation ?? "new"}`;
  const [text, setText] = useState(() => {
    const kept = recalled(tabShelf, key);
    return typeof kept === "string" ? kept : "";
  });
  const write = (next: string) => {
    setText(next);
    if (next === "") tabShelf.removeItem(key);
    else remembered(tabShelf, key, next);
  };
  return [text, write];
}
