import { useEffect, useRef } from "react";
import type { ConversationState } from "../../protocol";

/** Calls `again` whenever an answer has ended: only then something more was used. */
export function useEndedAnswers(state: ConversationState | null, again: () => void): void {
  const ended = (state?.messages ?? []).filter(({ role, status }) => role === "assistant" && status !== "running").length;
  const before = useRef(ended);
  useEffect(() => {
    if (before.current !== ended) again();
    before.current = ended;
  }, [ended, again]);
}
