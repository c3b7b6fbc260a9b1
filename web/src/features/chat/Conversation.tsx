import type { ReactNode } from "react";
import { useCallback, useMemo, useState } from "react";
import type { ConversationState } from "../../protocol";
import { shownIn } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { Keeping } from "../../ui/kept";
import { useBareWords } from "./bare-words";
import { BudgetLine } from "./BudgetLine";
import { Composer } from "./Composer";
import { ConnectionLine } from "./ConnectionLine";
import { CLEARED, useDraft } from "./draft";
import { lastQuestion } from "./exchanges";
import { Reading } from "./Reading";
import type { Reworded } from "./rewording";
import { RewordingContext } from "./rewording";
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
  const { isHeld, hold } = useBareWords(state, draft.text);
  const say = (content: string) => {
    if (!hold(content)) {
      send(content);
      draft.write("");
    }
    if (id !== null && shown !== state) acts.rejoin(id);
    setSaid(said + 1);
  };
  // A question that is offered goes out beside what is being written.
  const ask = (question: string) => {
    send(question);
    setSaid(said + 1);
  };
  const me = useRoom((room) => room.me?.user_id ?? "");
  const { rewording, byKey, back } = useRewordings(() => setSaid((before) => before + 1));
  const recall = () => {
    const last = state === null ? null : lastQuestion(state.messages, me);
    if (last === null) return false;
    if (id !== null && shown !== state) acts.rejoin(id);
    byKey(last);
    return true;
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
      <RewordingContext value={rewording}>
        {isBlank ? (
          <section className="talk" aria-label="Conversation" tabIndex={-1}>
            <div className="column">
              <Blank id={id} isKnown={state !== null} welcome={welcome} ask={ask} />
            </div>
          </section>
        ) : (
          <Reading id={id ?? ""} state={state} shown={shown} entries={entries} said={said} onTakeBack={takeBack} />
        )}
      </RewordingContext>
      <footer className="bar">
        <BudgetLine project={project} state={state} />
        <ConnectionLine id={id} isKnown={state !== null} />
        <p className="above" role="status">
          {isHeld && "Use the buttons of the card to decide. Enter again sends this, and counts as a no."}
        </p>
        <Composer
          draft={draft}
          focus={said + back}
          onSend={say}
          onStop={onStop}
          onRecall={recall}
          onClear={(text) => acts.tell(CLEARED, () => draft.add(text))}
        />
      </footer>
    </Keeping>
  );
}

/**
 * What is being said in other words, and what is done once it was asked again. Where that was begun by a key, the cursor
 * goes back to where one writes.
 */
function useRewordings(onAsked: () => void) {
  const [now, setNow] = useState<Reworded | null>(null);
  const [back, setBack] = useState(0);
  const begin = (message: string) => setNow({ message, isByKey: false });
  const end = (isAsked: boolean) => {
    setNow(null);
    if (isAsked) onAsked();
    else if (now?.isByKey === true) setBack(back + 1);
  };
  // Whoever shows a question looks at this; only another question that is changed is news.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const rewording = useMemo(() => ({ now, begin, end }), [now]);
  return { rewording, back, byKey: (message: string) => setNow({ message, isByKey: true }) };
}

/** What stands where nothing was said. */
function Blank({ id, isKnown, welcome, ask }: { id: string | null; isKnown: boolean; welcome: Props["welcome"]; ask: (question: string) => void }) {
  if (id === null) return welcome?.(ask) ?? null;
  return <p className="faint loading">{isKnown ? "Nothing has been said here yet." : "Loading the conversation…"}</p>;
}
