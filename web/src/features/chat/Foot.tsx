import { useState } from "react";
import type { Message } from "../../protocol";
import { useActs, useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";
import { CopyButton } from "../../ui/CopyButton";
import { isCut, textOf } from "./exchanges";
import { useSeen } from "./seen";
import { whoAnswered } from "./words";

interface Props {
  message: Message;
  canAskAgain: boolean;
  /** Which version it is, and of how many. */
  at: number;
  of: number;
  show: (index: number) => void;
}

/** The faint line below an answer: who, what it took, when, and what can be done with it. */
export function Foot({ message, canAskAgain, at, of, show }: Props) {
  const ahead = useRoom((room) => room.view.ahead);
  const acts = useActs();
  const onSeen = useSeen();
  const whole = async () => textOf(isCut(message) ? await acts.whole(message.id) : message);
  return (
    <div className="foot">
      <span className="who">{whoAnswered(message)}</span>
      <Ago at={message.created_at} ahead={ahead} />
      {textOf(message) !== "" && <CopyButton text={whole} of="the answer" />}
      {canAskAgain && <Again message={message.id} />}
      {onSeen !== null && (
        <button className="quiet" onClick={() => onSeen(message.id)}>
          What it saw
        </button>
      )}
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

function Again({ message }: { message: string }) {
  const acts = useActs();
  const [isAsked, setAsked] = useState(false);
  const ask = async () => {
    setAsked(true);
    await acts.regenerate(message);
    setAsked(false);
  };
  return (
    <button className="quiet" disabled={isAsked} onClick={() => void ask()}>
      Ask again
    </button>
  );
}
