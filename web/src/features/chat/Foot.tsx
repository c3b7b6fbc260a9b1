import type { ReactNode } from "react";
import type { Message } from "../../protocol";
import { useActs, useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";
import { CopyButton } from "../../ui/CopyButton";
import { isCut, textOf } from "./exchanges";
import { useSeen } from "./seen";
import { TakeBack } from "./TakeBack";
import { whoAnswered } from "./words";

interface Props {
  message: Message;
  /** Asks for another answer, where that can be. */
  again: ReactNode;
  /** Which version it is, and of how many. */
  at: number;
  of: number;
  show: (index: number) => void;
}

/** The faint line below an answer: who, what it took, when, and what can be done with it. */
export function Foot({ message, again, at, of, show }: Props) {
  const ahead = useRoom((room) => room.view.ahead);
  const acts = useActs();
  const onSeen = useSeen();
  const whole = async () => textOf(isCut(message) ? await acts.whole(message.id) : message);
  return (
    <div className="foot">
      <span className="who">{whoAnswered(message)}</span>
      <Ago at={message.created_at} ahead={ahead} />
      {textOf(message) !== "" && <CopyButton text={whole} of="the answer" />}
      {again}
      {onSeen !== null && (
        <button className="quiet" onClick={() => onSeen(message.id)}>
          What it saw
        </button>
      )}
      <TakeBack id={message.id} of={of > 1 ? "version" : "answer"} />
      {of > 1 && (
        <span className="versions">
          <button className="quiet" aria-label="Earlier version" disabled={at === 0} onClick={() => show(at - 1)}>
            ‹
          </button>
          {at + 1} of {of}
          <button className="quiet" aria-label="Later version" disabled={at === of - 1} onClick={() => show(at + 1)}>
            ›
          </button>
        </span>
      )}
    </div>
  );
}
