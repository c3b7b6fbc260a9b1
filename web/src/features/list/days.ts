/** Groups a list by when something last happened. */

import type { Conversation } from "../../protocol";

export interface Day {
  name: string;
  conversations: Conversation[];
}

/** Today, Yesterday, then months, the latest first. `conversations` are already in that order. */
export function byDay(conversations: readonly Conversation[], now: Date): Day[] {
  const days: Day[] = [];
  for (const conversation of conversations) {
    const name = dayOf(new Date(conversation.last_activity_at), now);
    const last = days.at(-1);
    if (last?.name === name) last.conversations.push(conversation);
    else days.push({ name, conversations: [conversation] });
  }
  return days;
}

function dayOf(then: Date, now: Date): string {
  const days = Math.round((midnight(now) - midnight(then)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return "This week";
  const month = then.toLocaleDateString("en-GB", { month: "long" });
  return then.getFullYear() === now.getFullYear() ? month : `${month} ${then.getFullYear()}`;
}

function midnight(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}
