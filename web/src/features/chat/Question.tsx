import type { Entry } from "../../connection/outbox";
import { keyOf } from "../../connection/outbox";
import type { Message, Turn } from "../../protocol";
import { useActs, useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";
import { CopyButton } from "../../ui/CopyButton";
import { LONG, SHOWN, beginningOf, lengthOf } from "../../ui/fold";
import { useKept } from "../../ui/kept";
import { isCut, textOf } from "./exchanges";
import { waitingFor } from "./words";

/** What a person said. */
export function Question({ message, turn }: { message: Message; turn: Turn | undefined }) {
  const acts = useActs();
  const ahead = useRoom((room) => room.view.ahead);
  if (message.deleted_at) return <p className="question faint">Message deleted</p>;
  const waits = waitingFor(turn);
  return (
    <div className="question">
      <Said text={textOf(message)} keep={message.id} />
      {waits !== null && <p className="faint">{waits}</p>}
      <div className="foot aside">
        {message.edited_at && <span className="edited">(edited)</span>}
        <Ago at={message.created_at} ahead={ahead} />
        <CopyButton text={async () => textOf(isCut(message) ? await acts.whole(message.id) : message)} of="the question" />
      </div>
    </div>
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
  const isFailed = entry.state === "failed";
  const takeBack = () => {
    acts.drop(key);
    onTakeBack(entry.command.content);
  };
  return (
    <div className={isFailed ? "question refused" : "question"}>
      <Said text={entry.command.content} keep={key} />
      <p className={isFailed ? "problem" : "faint"} role={isFailed ? "alert" : "status"}>
        {isFailed ? `${entry.problem ?? ""} It was not sent.` : STATES[entry.state]}
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
