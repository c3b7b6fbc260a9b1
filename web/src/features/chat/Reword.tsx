import type { KeyboardEvent } from "react";
import { useEffect, useRef, useState } from "react";
import type { Message, Turn } from "../../protocol";
import { useActs } from "../../state/use-room";
import { isComposing } from "../../ui/composing";
import { useKept } from "../../ui/kept";
import { CLEARED, useWording } from "./draft";
import { isCut, textOf } from "./exchanges";
import { NotKept } from "./NotKept";
import "./reword.css";
import { useBegin } from "./rewording";
import { countOf, isSayable, isTooLong, useTaking } from "./taking";

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
  const { text, write, takes, isKept, isWhole, isSaving, problem, save, leave } = useWords(message, end);
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
    if (isComposing(event.nativeEvent)) return;
    const isMeant = event.key === "Enter" && !event.shiftKey && !event.altKey && event.target === field.current;
    if (isMeant) void save(canAsk);
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
      <textarea
        ref={field}
        aria-label="What it says"
        dir="auto"
        value={text}
        readOnly={!isWhole || isSaving}
        onChange={(event) => write(event.target.value)}
        {...takes}
      />
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {!isKept && <NotKept />}
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
  const begin = useBegin(message.id);
  const { text: changed, isKept, write: keep, add } = useWording(message);
  const [whole, setWhole] = useKept<string | null>(`whole ${message.id} ${message.edits}`, null);
  const [isSaving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const said = whole ?? textOf(message);
  const isWhole = changed !== null || whole !== null || !isCut(message);
  const text = changed ?? said;
  const { refused, forget, takes } = useTaking(text);

  useEffect(() => {
    if (isWhole) return;
    acts.whole(message.id).then(
      (fetched) => setWhole(textOf(fetched)),
      () => setRefusal("The whole of it could not be fetched. Nothing was changed; please try again."),
    );
  }, [acts, isWhole, setWhole, message.id]);

  const write = (words: string) => {
    setRefusal(null);
    forget();
    keep(words === said ? null : words);
  };
  const over = (isAsked: boolean) => {
    keep(null);
    end(isAsked);
  };
  const leave = () => {
    over(false);
    if (changed === null || changed.trim() === "") return;
    acts.tell(CLEARED, () => {
      add(changed);
      begin();
    });
  };
  const save = async (asksAgain: boolean) => {
    const words = text.trim();
    if (!isWhole || isSaving || !isSayable(text)) return;
    if (!asksAgain && words === said) {
      over(false);
      return;
    }
    setSaving(true);
    const why = await (asksAgain ? acts.askInWords(message.id, words) : acts.reword(message.id, words));
    setSaving(false);
    if (why === null) over(asksAgain);
    else setRefusal(why);
  };
  const problem = isTooLong(text) ? countOf(text) : (refused ?? refusal);
  return { text, write, takes, isKept, isWhole, isSaving, problem, save, leave };
}
