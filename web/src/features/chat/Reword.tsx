import type { KeyboardEvent } from "react";
import { useEffect, useRef, useState } from "react";
import type { Message, Turn } from "../../protocol";
import { useActs } from "../../state/use-room";
import { lengthOf } from "../../ui/fold";
import { useKept } from "../../ui/kept";
import { isCut, textOf } from "./exchanges";
import "./reword.css";

const LONGEST = 50_000;

interface Props {
  message: Message;
  /** Its turn, while that has not ended. */
  turn: Turn | undefined;
  /** Whether it is the last question: then it can be asked again with its new words. */
  isLast: boolean;
  end: (isAsked: boolean) => void;
}

/** A question being said in other words, where it stands: Enter keeps them, Escape leaves it as it was. */
export function Reword({ message, turn, isLast, end }: Props) {
  const { text, write, isWhole, isSaving, problem, save, leave } = useWords(message, end);
  const field = useRef<HTMLTextAreaElement>(null);
  const isBegun = turn !== undefined && turn.status !== "queued";
  const canAsk = isLast && turn?.status !== "queued";

  useEffect(() => {
    if (!isWhole) return;
    const last = field.current?.value.length ?? 0;
    field.current?.focus();
    field.current?.setSelectionRange(last, last);
  }, [isWhole]);

  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const isKept = event.key === "Enter" && !event.shiftKey && !event.altKey && event.target === field.current;
    if (isKept) void save(canAsk);
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <form
      className="reword"
      aria-label="Other words"
      onKeyDown={pressed}
      onSubmit={(event) => {
        event.preventDefault();
        void save(canAsk);
      }}
    >
      <textarea ref={field} aria-label="What it says" dir="auto" value={text} readOnly={!isWhole || isSaving} onChange={(event) => write(event.target.value)} />
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Ways canAsk={canAsk} isBegun={isBegun} isReady={isWhole && !isSaving && isSayable(text)} save={() => void save(false)} leave={leave} />
    </form>
  );
}

interface Choice {
  canAsk: boolean;
  /** Whether it is being answered: then its words do not change under the answer. */
  isBegun: boolean;
  isReady: boolean;
  save: () => void;
  leave: () => void;
}

/** What can be done with the new words; the first is what Enter does. */
function Ways({ canAsk, isBegun, isReady, save, leave }: Choice) {
  return (
    <div className="reword-foot">
      {isBegun && <span className="faint">The answer that is being written ends then.</span>}
      {canAsk && (
        <button type="submit" className="main" disabled={!isReady}>
          Save and ask again
        </button>
      )}
      {!isBegun && (
        <button type="button" className={canAsk ? "plain" : "main"} disabled={!isReady} onClick={save}>
          Save
        </button>
      )}
      <button type="button" className="plain" onClick={leave}>
        Cancel
      </button>
    </div>
  );
}

/** The words as they are being changed, and what becomes of them. */
function useWords(message: Message, end: (isAsked: boolean) => void) {
  const acts = useActs();
  const [kept, keep] = useKept<string | null>(`words ${message.id}`, null);
  const [isSaving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const isWhole = kept !== null || !isCut(message);
  const text = kept ?? textOf(message);

  useEffect(() => {
    if (isWhole) return;
    acts.whole(message.id).then(
      (whole) => keep(textOf(whole)),
      () => setRefusal("The whole of it could not be fetched. Nothing was changed; please try again."),
    );
  }, [acts, isWhole, keep, message.id]);

  const write = (words: string) => {
    setRefusal(null);
    keep(words);
  };
  const over = (isAsked: boolean) => {
    keep(null);
    end(isAsked);
  };
  const leave = () => over(false);
  const save = async (asksAgain: boolean) => {
    const words = text.trim();
    if (!isWhole || isSaving || !isSayable(text)) return;
    if (!asksAgain && words === textOf(message)) {
      leave();
      return;
    }
    setSaving(true);
    const refused = await (asksAgain ? acts.askInWords(message.id, words) : acts.reword(message.id, words));
    setSaving(false);
    if (refused === null) over(asksAgain);
    else setRefusal(refused);
  };
  const length = lengthOf(text);
  const problem = length > LONGEST ? `${length.toLocaleString("en-GB")} / 50,000` : refusal;
  return { text, write, isWhole, isSaving, problem, save, leave };
}

function isSayable(text: string): boolean {
  return text.trim() !== "" && lengthOf(text) <= LONGEST;
}
