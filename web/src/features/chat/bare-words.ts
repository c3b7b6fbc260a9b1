/** A yes or no that is written decides nothing: only the card of what waits does, and whatever is said withdraws that. */

import { useState } from "react";
import type { ConversationState } from "../../protocol";

const BARE = /^(?:yes|no|ok|okay|approve|cancel)[.!]*$/i;

interface BareWords {
  /** Whether `text` is held back just now. */
  isHeld: boolean;
  /** Holds a bare word back where something waits, and says so; not when it is sent once more. */
  hold: (content: string) => boolean;
}

/** Holds back a bare yes or no once, while something waits for a decision in a conversation. */
export function useBareWords(state: ConversationState | null, text: string): BareWords {
  const [held, setHeld] = useState<string | null>(null);
  const waits = state?.approvals.some(({ status }) => status === "pending") === true;
  const hold = (content: string) => {
    const isHeld = waits && held !== content && BARE.test(content);
    setHeld(isHeld ? content : null);
    return isHeld;
  };
  return { isHeld: waits && held === text.trim(), hold };
}
