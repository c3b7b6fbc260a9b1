import type { ConversationState } from "../../protocol";
import { useAsked } from "../../state/asked";
import { useEndedAnswers } from "./ended";

/** A line above the input while a budget that one draws on here is nearly used up: whose, how much, and until when. */
export function BudgetLine({ project, state }: { project: string | null; state: ConversationState | null }) {
  const where = state?.conversation?.project_id ?? project;
  const { value, again } = useAsked(`nearly used ${where ?? ""}`, (rest) => rest.nearlyUsed(where));
  useEndedAnswers(state, again);
  const scarcest = value?.[0];
  if (scarcest === undefined) return null;
  return (
    <div className="connection">
      <span className={`dot ${scarcest.share >= 1 ? "failed" : "unknown"}`} aria-hidden="true" />
      <span role="status">{scarcest.text}</span>
    </div>
  );
}
