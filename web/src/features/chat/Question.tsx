import { memo } from "react";
import type { Entry } from "../../connection/outbox";
import { keyOf } from "../../connection/outbox";
import type { Message, Turn } from "../../protocol";
import { useActs } from "../../state/use-room";
import { textOf } from "./exchanges";
import { waitingFor } from "./words";

/** What a person said. */
export const Question = memo(function Question({ message, turn }: { message: Message; turn: Turn | undefined }) {
  if (message.deleted_at) return <p className="question faint">Message deleted</p>;
  const waits = waitingFor(turn);
  return (
    <div className="question">
      <p className="said">{textOf(message)}</p>
      {message.edited_at && <p className="faint">edited</p>}
      {waits !== null && <p className="faint">{waits}</p>}
    </div>
  );
});

const STATES: Record<Entry["state"], string> = {
  waiting: "Kept here; it goes out when the connection is back.",
  sent: "Sending…",
  arrived: "",
  failed: "",
};

/** What a person said and the server has not confirmed yet. */
export function Pending({ entry, onTakeBack }: { entry: Entry; onTakeBack: (words: string) => void }) {
  const acts = useActs();
  const key = keyOf(entry);
  return (
    <div className="question">
      <p className={entry.state === "failed" ? "said refused" : "said"}>{entry.command.content}</p>
      {STATES[entry.state] !== "" && <p className="faint">{STATES[entry.state]}</p>}
      {entry.state === "failed" && (
        <p className="problem">
          {entry.problem} It was not sent.{" "}
          <button className="quiet" onClick={() => acts.sayAgain(key)}>
            Send again
          </button>
          <button
            className="quiet"
            onClick={() => {
              acts.drop(key);
              onTakeBack(entry.command.content);
            }}
          >
            Change it
          </button>
        </p>
      )}
    </div>
  );
}
