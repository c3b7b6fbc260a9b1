import { useState } from "react";
import { recalled, remembered } from "../../connection/keep";

/** What is being written to one conversation; it outlives a reload and a look elsewhere. */
export function useDraft(conversation: string | null): [string, (text: string) => void] {
  const key = `parlour.draft.${conversation ?? "new"}`;
  const [text, setText] = useState(() => {
    const kept = recalled(sessionStorage, key);
    return typeof kept === "string" ? kept : "";
  });
  const write = (next: string) => {
    setText(next);
    if (next === "") sessionStorage.removeItem(key);
    else remembered(sessionStorage, key, next);
  };
  return [text, write];
}
