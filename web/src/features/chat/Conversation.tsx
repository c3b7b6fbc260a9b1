import { useEffect, useMemo, useState } from "react";
import { keyOf } from "../../connection/outbox";
import type { ConversationState } from "../../protocol";
import { chatAddress } from "../../state/addresses";
import { answering } from "../../state/room";
import { entriesOf } from "../../state/session";
import { useActs, useRoom } from "../../state/use-room";
import { go } from "../../ui/navigation";
import { Welcome } from "../welcome/Welcome";
import { Composer } from "./Composer";
import { ConnectionLine } from "./ConnectionLine";
import { useDraft } from "./draft";
import { Exchanges } from "./Exchanges";
import { Pending } from "./Question";
import { Talk } from "./Talk";

interface Props {
  /** The conversation, or null for one that is not begun. */
  id: string | null;
  /** The project where a new one begins; null for the shared one. */
  project: string | null;
  /** What is known of it; null until that came. */
  state: ConversationState | null;
}

/** The talk, and where one writes. */
export function Conversation({ id, project, state }: Props) {
  const acts = useActs();
  const { entries, say: send } = useSaying(id, project);
  const [text, setText] = useDraft(id);
  const [said, setSaid] = useState(0);
  const running = state?.turns.find((turn) => turn.status === "running" || turn.status === "waiting");
  const say = (content: string) => {
    send(content);
    setText("");
    setSaid(said + 1);
  };
  return (
    <>
      <Talk
        tail={tailOf(state, entries.length)}
        top={state?.messages[0]?.id ?? null}
        said={said}
        onTop={id !== null && state !== null && state.window > 0 ? () => void acts.readEarlier(id) : null}
      >
        <Beginning id={id} state={state} waiting={entries.length} ask={say} />
        {state !== null && <Exchanges state={state} />}
        {entries.map((entry) => (
          <Pending key={keyOf(entry)} entry={entry} onTakeBack={setText} />
        ))}
      </Talk>
      <footer className="bar">
        <ConnectionLine />
        <Composer
          text={text}
          focus={said}
          onText={setText}
          onSend={say}
          onStop={running === undefined ? null : () => void acts.stop(running.id)}
        />
      </footer>
    </>
  );
}

/** The messages on their way, and how to add one. What begins a conversation leads to its page once that has an id. */
function useSaying(id: string | null, project: string | null) {
  const acts = useActs();
  const model = useRoom((room) => (answering(room)?.id === room.chosen ? room.chosen : null));
  const all = useRoom((room) => room.view.entries);
  const entries = useMemo(() => entriesOf(all, id), [all, id]);
  const [first, setFirst] = useState<string | null>(null);
  const begun = all.find((entry) => keyOf(entry) === first)?.command.conversation_id ?? null;
  useEffect(() => {
    if (id === null && begun !== null) go(chatAddress({ project, conversation: begun }), true);
  }, [id, project, begun]);

  const say = (content: string) => {
    const before = id === null ? entries.find((entry) => entry.behind === null) : undefined;
    const behind = before === undefined ? null : keyOf(before);
    const key = acts.say({ content, conversation_id: id, project_id: project, behind, model });
    setFirst(behind ?? key);
  };
  return { entries, say };
}

function Beginning({ id, state, waiting, ask }: Omit<Props, "project"> & { waiting: number; ask: (question: string) => void }) {
  if (id === null) return waiting === 0 ? <Welcome ask={ask} /> : null;
  return state === null ? <p className="faint loading">Loading the conversation…</p> : null;
}

/** What changes whenever something was added at the end. */
function tailOf(state: ConversationState | null, waiting: number): string {
  const rev = state?.messages.reduce((highest, message) => Math.max(highest, message.rev), 0) ?? 0;
  return `${rev} ${waiting}`;
}
