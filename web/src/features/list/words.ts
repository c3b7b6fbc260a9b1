/** How the list says what it shows. */

import type { Entry } from "../../connection/outbox";
import type { Approval, Conversation } from "../../protocol";

/** The line under a title: what was said last. */
export function lastLine({ last_message }: Conversation): string {
  if (last_message === null) return "";
  return last_message.is_user ? `You: ${last_message.text}` : last_message.text;
}

/** What a conversation waits for, or null: a person's word, or a message that has not gone out. */
export function waitingFor(approvals: readonly Approval[], entries: readonly Entry[]): string | null {
  const [approval] = approvals;
  if (approval !== undefined) return `Waiting for you: ${lowered(approval.label)}`;
  if (entries.some((entry) => entry.state === "failed")) return "A message was not sent";
  if (entries.some((entry) => entry.state === "waiting")) return "A message waits to go out";
  return null;
}

/** "1 message", "6 messages". */
export function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}

function lowered(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}
