import { useState } from "react";
import type { ConversationState } from "../../protocol";
import { textOf } from "./exchanges";
import { whyFailed } from "./words";

const SPOKEN = 300;

/** Tells those who cannot see the page when an answer is there, and how it begins. */
export function Spoken({ state }: { state: ConversationState | null }) {
  const last = state?.messages.findLast((message) => message.role === "assistant");
  const isRunning = last?.status === "running";
  const [known, setKnown] = useState({ isRunning, words: "" });
  if (known.isRunning !== isRunning) {
    setKnown({ isRunning, words: isRunning || last === undefined ? "" : `Answer: ${beginning(last)}` });
  }
  return (
    <p className="unseen" role="status">
      {known.words}
    </p>
  );
}

function beginning(message: Parameters<typeof textOf>[0]): string {
  const words = message.status === "failed" ? whyFailed(message) : textOf(message);
  return words.slice(0, SPOKEN);
}
