/** How what waits for somebody's word is said. */

import type { Approval } from "../../protocol";
import { until } from "../../ui/dates";

/** Why it is asked, where that does not go without saying. */
export const REASONS: Record<Approval["reason"], string> = {
  effect: "",
  changed: "What it would do now is not what somebody said yes to, so it is asked again.",
  again: "An earlier answer to this question did something already. This would be done besides.",
  unknown: "It may have been done already, and nobody can tell. Look before you say yes: it could then be done twice.",
  tainted: "A language model proposes it after reading what others wrote, so it is asked whatever your rules say.",
  input: "It goes on with what you send, and does nothing before. Send no passwords: what you send goes to whoever asks.",
};

/** The card's title: what would be done, as a question; or that something wants to know more before that. */
export function asked({ label, form }: Approval): string {
  if (form !== null) return `${label} wants to know more`;
  return `${label.replace(/[.?!…]+$/, "")}?`;
}

/** That nothing is done yet, and who may decide until when. `now` is the date in the house. */
export function standing(approval: Approval, mayDecide: boolean, now: number): string {
  if (approval.form !== null) return `Nothing has happened yet. ${mayDecide ? "You" : "Whoever asked for it"} can answer until ${until(approval.expires_at, now)}.`;
  const yet = approval.reason === "unknown" ? "Nothing more is done before that is decided." : "Nothing has happened yet.";
  return `${yet} ${mayDecide ? "You" : "Whoever asked for it"} can decide until ${until(approval.expires_at, now)}.`;
}

/** Whether its time is over. */
export function isExpired(approval: Approval, now: number): boolean {
  return new Date(approval.expires_at).getTime() <= now;
}

/** What became of it. */
export function outcome({ status, form, decided_by, decided_by_name }: Approval, me: string): string {
  const who = decided_by === me ? "You" : (decided_by_name ?? "Somebody");
  switch (status) {
    case "approved":
      return form === null ? `${who} said yes.` : `${who} answered.`;
    case "denied":
      return `${who} ${form === null ? "said no" : "declined"}. Nothing was done.`;
    case "expired":
      return "Nobody decided in time. Nothing was done.";
    case "superseded":
      return "It is no longer asked. Nothing was done.";
    case "pending":
      return "";
  }
}

/** What is said while a word is on its way. */
export function sayingOf({ form }: Approval, decision: "approve" | "deny"): string {
  if (form !== null) return decision === "approve" ? "Sending…" : "Declining…";
  return decision === "approve" ? "Saying yes…" : "Saying no…";
}
