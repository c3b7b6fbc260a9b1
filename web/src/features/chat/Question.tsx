import { useEffect, useId, useRef } from "react";
import type { Entry } from "../../connection/outbox";
import { keyOf } from "../../connection/outbox";
import type { Message, Turn } from "../../protocol";
import { useActs, useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";
import { CopyButton } from "../../ui/CopyButton";
import { LONG, SHOWN, beginningOf, lengthOf } from "../../ui/fold";
import { useKept } from "../../ui/kept";
import { useWording } from "./draft";
import { Edits } from "./Edits";
import { isCut, textOf } from "./exchanges";
import { Reword } from "./Reword";
import { useBegin, useBegunHere, useRewording } from "./rewording";
import { TakeBack, TakenBack } from "./TakeBack";
import { waitingFor } from "./words";

interface Props {
  message: Message;
  /** Its turn, while that has not ended. */
  turn: Turn | undefined;
  /** Whether it is the last one: then it can be asked again. */
  isLast: boolean;
  /** Takes words to where one writes. */
  onTakeBack: (words: string) => void;
}

/** What a person said. */
export function Question({ message, turn, isLast, onTakeBack }: Props) {
  const { now, end } = useRewording();
  if (message.deleted_at) return <Gone message={message} onTakeBack={onTakeBack} />;
  if (now?.message !== message.id) return <Asked message={message} turn={turn} />;
  return (
    <div className="question">
      <Reword message={message} turn={turn} isLast={isLast} end={end} />
    </div>
  );
}

/** A question that was taken back. What it was to say instead goes to where one writes, if that was being written here. */
function Gone({ message, onTakeBack }: Pick<Props, "message" | "onTakeBack">) {
  const acts = useActs();
  const { now, end } = useRewording();
  const { text: unsaid, take } = useWording(message);
  const wasOpen = now?.message === message.id;
  const goOn = () => {
    const words = take();
    if (words !== null) onTakeBack(words);
    return words !== null;
  };
  useEffect(() => {
    if (!wasOpen) return;
    end(false);
    if (goOn()) acts.tell("The question was deleted. Your new words for it stand where you write.");
    // Once, when it goes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wasOpen]);
  return (
    <>
      <TakenBack id={message.id} className="question" />
      {unsaid !== null && !wasOpen && (
        <div className="question">
          <Unsaid goOn={goOn} />
        </div>
      )}
    </>
  );
}

function Asked({ message, turn }: Pick<Props, "message" | "turn">) {
  const acts = useActs();
  const begin = useBegin(message.id);
  const { text: unsaid } = useWording(message);
  const ahead = useRoom((room) => room.view.ahead);
  const isOwn = useRoom((room) => room.me?.user_id === message.author_id);
  const [showsEdits, showEdits] = useKept(`edits ${message.id}`, false);
  const inside = useId();
  const waits = waitingFor(turn);
  return (
    <div className="question">
      <Said text={textOf(message)} keep={message.id} />
      {waits !== null && <p className="faint">{waits}</p>}
      {unsaid !== null && <Unsaid goOn={begin} />}
      <div className="foot aside">
        {message.edited_at && (
          <button className="quiet edited" aria-expanded={showsEdits} aria-controls={inside} onClick={() => showEdits(!showsEdits)}>
            (edited)
          </button>
        )}
        <Ago at={message.created_at} ahead={ahead} />
        <CopyButton text={async () => textOf(isCut(message) ? await acts.whole(message.id) : message)} of="the question" />
        {isOwn && <Edit message={message.id} />}
        <TakeBack id={message.id} of="question" />
      </div>
      {message.edited_at && (
        <div id={inside} hidden={!showsEdits}>
          {showsEdits && <Edits message={message.id} count={message.edits} />}
        </div>
      )}
    </div>
  );
}

/** Says that somebody began to say a question in other words, and goes on with it. */
function Unsaid({ goOn }: { goOn: () => void }) {
  return (
    <p className="faint">
      You began to say this in other words.{" "}
      <button className="quiet" onClick={goOn}>
        Go on
      </button>
    </p>
  );
}

/** Begins to say a question in other words; once that is over the focus is here again. */
function Edit({ message }: { message: string }) {
  const begin = useBegin(message);
  const [wasHere, setHere] = useBegunHere(message);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!wasHere) return;
    button.current?.focus();
    setHere(false);
  }, [wasHere, setHere]);
  return (
    <button ref={button} className="quiet" aria-label="Edit the question" onClick={begin}>
      Edit
    </button>
  );
}

/** Words as they were written; a long text is folded. */
function Said({ text, keep }: { text: string; keep: string }) {
  const [isOpen, setOpen] = useKept(`open ${keep}`, false);
  const isLong = text.length > LONG && lengthOf(text) > LONG;
  return (
    <div className="said" dir="auto">
      {isLong && !isOpen ? beginningOf(text, SHOWN) : text}
      {isLong && (
        <button className="fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Show less" : "Show more"}
        </button>
      )}
    </div>
  );
}

const STATES: Record<Entry["state"], string> = {
  waiting: "Kept here; it goes out when the connection is back.",
  sent: "Sending…",
  arrived: "Delivered.",
  failed: "",
};

/** What a person said and that is not among the messages yet. */
export function Pending({ entry, onTakeBack }: { entry: Entry; onTakeBack: (words: string) => void }) {
  const acts = useActs();
  const key = keyOf(entry);
  const isHeld = useRoom((room) => room.view.hold !== null && room.view.status === "open");
  const isFailed = entry.state === "failed";
  const state = entry.state === "waiting" && isHeld ? "Kept here; it goes out by itself in a while." : STATES[entry.state];
  const takeBack = () => {
    acts.drop(key);
    onTakeBack(entry.command.content);
  };
  return (
    <div className={isFailed ? "question refused" : "question"}>
      <Said text={entry.command.content} keep={key} />
      <p className={isFailed ? "problem" : "faint"} role={isFailed ? "alert" : "status"}>
        {isFailed ? `${entry.problem ?? ""} It was not sent.` : state}
      </p>
      {isFailed && (
        <div className="foot">
          <button className="plain" onClick={() => acts.sayAgain(key)}>
            Retry
          </button>
          <button className="plain" onClick={takeBack}>
            Take back
          </button>
        </div>
      )}
    </div>
  );
}
