/** How much may be written at once, and what is kept out of a field before it makes the page slow. */

import type { ClipboardEvent, DragEvent } from "react";
import { useState } from "react";
import { lengthOf } from "../../ui/fold";

const COUNTED_FROM = 40_000;
const LONGEST = 50_000;
/** What is longer than this was not meant to be sent, and would only make the page slow. */
const TAKEN_UP_TO = 200_000;

/** Whether a text can be sent: it says something, and is not too long. */
export function isSayable(text: string): boolean {
  return text.trim() !== "" && !isTooLong(text);
}

export function isTooLong(text: string): boolean {
  return text.length > LONGEST && lengthOf(text) > LONGEST;
}

/** How long a text is and may be, in words; null while that is of no interest. */
export function countOf(text: string): string | null {
  const length = text.length > COUNTED_FROM ? lengthOf(text) : 0;
  return length > COUNTED_FROM ? `${length.toLocaleString("en-GB")} / 50,000` : null;
}

/** Keeps out of a field with `text` in it what is far too long, before the browser takes it in; and says so. */
export function useTaking(text: string) {
  const [refused, setRefused] = useState<string | null>(null);
  const take = (event: ClipboardEvent | DragEvent, from: DataTransfer) => {
    const more = from.getData("text").length;
    if (text.length + more <= TAKEN_UP_TO) return;
    event.preventDefault();
    setRefused(`That is ${more.toLocaleString("en-GB")} characters; a message has at most 50,000. Nothing was pasted, and what you wrote is still here.`);
  };
  return {
    refused,
    /** Something else was written: that is over. */
    forget: () => setRefused(null),
    /** What the field does with what is pasted or dropped into it. */
    takes: {
      onPaste: (event: ClipboardEvent) => take(event, event.clipboardData),
      onDrop: (event: DragEvent) => take(event, event.dataTransfer),
    },
  };
}
