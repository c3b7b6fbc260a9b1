import type { Conversation, ConversationState } from "../../protocol";
import type { Spent } from "../../protocol/spending";
import { useAsked } from "../../state/asked";
import { useRoom } from "../../state/use-room";
import { money } from "../../ui/money";
import { useEndedAnswers } from "./ended";

/** How many messages a conversation has, and what its answers cost so far. */
export function Count({ state }: { state: ConversationState | null }) {
  const mayKnow = useRoom((room) => (room.me?.role ?? "guest") !== "guest");
  const conversation = state?.conversation ?? null;
  const messages = conversation?.message_count ?? 0;
  if (conversation === null || messages === 0) return null;
  return (
    <span className="faint count-of">
      {messages === 1 ? "1 message" : `${messages.toLocaleString("en-GB")} messages`}
      {mayKnow && conversation.total_tokens > 0 && <Cost conversation={conversation} state={state} />}
    </span>
  );
}

function Cost({ conversation: { id, created_at }, state }: { conversation: Conversation; state: ConversationState | null }) {
  const { value, again } = useAsked(`used in ${id}`, (rest) => rest.usedIn(id, created_at.slice(0, 10)));
  useEndedAnswers(state, again);
  const words = value === null ? "" : costSoFar(value);
  return words === "" ? null : <span title="What the answers of this conversation cost so far, those that were replaced too">{` · ${words}`}</span>;
}

/** What is known of it: nothing is said where no price is known, or where it is free. */
export function costSoFar({ cost, unpriced_requests }: Spent): string {
  if (cost === 0) return "";
  return unpriced_requests > 0 ? `${money(cost)} so far, without what has no known price` : `${money(cost)} so far`;
}
