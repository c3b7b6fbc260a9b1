import { useEffect } from "react";
import type { Message } from "../../protocol";
import { answering } from "../../state/room";
import { useRoom } from "../../state/use-room";
import { useKept } from "../../ui/kept";
import { Attempts } from "./Attempts";
import { Foot } from "./Foot";
import { Parts } from "./Parts";
import { doing, whyFailed } from "./words";

interface Props {
  /** Of one answer, the oldest first; none while it has not begun. */
  versions: readonly Message[];
  /** Whether it answers the last question: then it can be asked for again. */
  isLast: boolean;
  /** The message that somebody came for, if any. */
  linked: string | null;
}

/** An answer: plain on the page, its newest version first seen. */
export function Answer({ versions, isLast, linked }: Props) {
  const newest = versions.at(-1);
  const [chosen, choose] = useKept<string | null>(`version ${newest?.id ?? ""}`, null);
  const at = (id: string | null) => versions.findIndex((one) => one.id === id);
  const index = [at(chosen), at(linked), versions.length - 1].find((one) => one >= 0) ?? -1;
  const message = versions[index];
  if (message === undefined) return <Beginning />;
  if (message.deleted_at) return <p className="answer faint">Message deleted</p>;
  const isRunning = message.status === "running";
  const isBusy = versions.some((one) => one.status === "running");
  return (
    <article className="answer" aria-busy={isRunning} aria-label="Answer">
      <Body key={message.id} message={message} isLinked={message.id === linked} />
      {!isRunning && (
        <Foot
          message={message}
          canAskAgain={isLast && !isBusy}
          at={index}
          of={versions.length}
          show={(next) => choose(versions[next]?.id ?? null)}
        />
      )}
    </article>
  );
}

/** What is seen between a question and the first sign of its answer. */
function Beginning() {
  const who = useRoom((room) => answering(room)?.id ?? null);
  return (
    <article className="answer" aria-busy={true} aria-label="Answer">
      <p className="faint doing">{doing(null, who)}</p>
    </article>
  );
}

function Body({ message, isLinked }: { message: Message; isLinked: boolean }) {
  const asked = useRoom((room) => answering(room)?.id ?? null);
  const isRunning = message.status === "running";
  // What somebody watched being written, or came for, is not folded away under their eyes.
  const [isOpen, setOpen] = useKept(`open ${message.id}`, false);
  const isWatched = isRunning || isLinked;
  useEffect(() => {
    if (isWatched) setOpen(true);
  }, [isWatched, setOpen]);
  const said = doing(message, message.model ?? asked);
  return (
    <>
      {message.attempt > 1 && <Attempts message={message.id} />}
      <Parts message={message} isOpen={isOpen || isWatched} onOpen={setOpen} />
      {said !== null && <p className="faint doing">{said}</p>}
      {message.status === "stopped" && <p className="faint">Stopped here.</p>}
      {message.status === "failed" && <p className="problem">{whyFailed(message)}</p>}
    </>
  );
}
