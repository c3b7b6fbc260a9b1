import type { ReactNode } from "react";
import { useCallback, useState } from "react";
import type { ConversationState } from "../../protocol";
import { shownIn } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { Keeping } from "../../ui/kept";
import { Composer } from "./Composer";
import { ConnectionLine } from "./ConnectionLine";
import { useDraft } from "./draft";
import { lastQuestion } from "./exchanges";
import { Reading } from "./Reading";
import { useSaying } from "./saying";

interface Props {
  /** The conversation, or null for one that is not begun. */
  id: string | null;
  /** The project where a new one begins; null for the shared one. */
  project: string | null;
  /** What is known of it; null until that came. */
  state: ConversationState | null;
  /** Ends the running answer; null when none runs. */
  onStop: (() => void) | null;
  /** What stands on an empty page; it is told how to ask something. */
  welcome: ((ask: (question: string) => void) => ReactNode) | null;
}

/** The talk, and where one writes. */
export function Conversation({ id, project, state, onStop, welcome }: Props) {
  const acts = useActs();
  const shown = useRoom((room) => (id === null ? null : shownIn(room.view, id)));
  const { entries, say: send } = useSaying(id, project);
  const draft = useDraft(id);
  const [said, setSaid] = useState(0);
  const say = (content: string) => {
    send(content);
    draft.write("");
    if (id !== null && shown !== state) acts.rejoin(id);
    setSaid(said + 1);
  };
  const { add } = draft;
  const takeBack = useCallback(
    (words: string) => {
      add(words);
      setSaid((before) => before + 1);
    },
    [add],
  );
  const isBlank = entries.length === 0 && (state === null || (state.messages.length === 0 && state.notices.length === 0));
  return (
    <Keeping>
      {isBlank ? (
        <section className="talk" aria-label="Conversation" tabIndex={-1}>
          <div className="column">
            <Blank id={id} isKnown={state !== null} welcome={welcome} ask={say} />
          </div>
        </section>
      ) : (
        <Reading id={id ?? ""} state={state} shown={shown} entries={entries} said={said} onTakeBack={takeBack} />
      )}
      <footer className="bar">
        <ConnectionLine />
        <Composer
          draft={draft}
          focus={said}
          onSend={say}
          onStop={onStop}
          onRecall={() => (state === null ? null : lastQuestion(state.messages))}
          onClear={(text) => acts.tell("What you were writing is cleared.", () => draft.add(text))}
        />
      </footer>
    </Keeping>
  );
}

/** What stands where nothing was said. */
function Blank({ id, isKnown, welcome, ask }: { id: string | null; isKnown: boolean; welcome: Props["welcome"]; ask: (question: string) => void }) {
  if (id === null) return welcome?.(ask) ?? null;
  return <p className="faint loading">{isKnown ? "Nothing has been said here yet." : "Loading the conversation…"}</p>;
}
