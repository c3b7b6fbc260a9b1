import { useEffect, useMemo, useState } from "react";
import type { Entry } from "../../connection/outbox";
import { keyOf } from "../../connection/outbox";
import { chatAddress } from "../../state/addresses";
import { entriesOf } from "../../state/session";
import { useActs, useRoom } from "../../state/use-room";
import { go } from "../../ui/navigation";
import { carryDraft, useUser } from "./draft";

/** The messages on their way, and how to add one. What begins a conversation leads to its page once that has an id. */
export function useSaying(id: string | null, project: string | null): { entries: Entry[]; say: (content: string) => void } {
  const acts = useActs();
  const user = useUser();
  const planned = useRoom((room) => room.planned);
  const all = useRoom((room) => room.view.entries);
  const entries = useMemo(() => entriesOf(all, id).filter(({ command }) => id !== null || (command.project_id ?? null) === project), [all, id, project]);
  // What begins the conversation. What was refused begins none, and nothing waits for it.
  const beginning = id === null ? entries.find((entry) => entry.behind === null && entry.state !== "failed") : undefined;
  const [first, setFirst] = useState<string | null>(null);
  // It leads to its page also when it was written before this one was opened, or loaded anew.
  if (first === null && beginning !== undefined) setFirst(keyOf(beginning));
  const begun = all.find((entry) => keyOf(entry) === first)?.command.conversation_id ?? null;
  useEffect(() => {
    if (id !== null || begun === null) return;
    carryDraft(user, begun);
    void acts.keepPlanned(begun);
    go(chatAddress({ project, conversation: begun }), true);
  }, [acts, id, project, begun, user]);

  const say = (content: string) => {
    const behind = beginning === undefined ? null : keyOf(beginning);
    // Named only until they are kept for the conversation: from then on they are what was decided there.
    const { model = null, parameters = null } = planned;
    const key = acts.say({ content, conversation_id: id, project_id: project, behind, model, parameters });
    setFirst(behind ?? key);
  };
  return { entries, say };
}
