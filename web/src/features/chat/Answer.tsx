import type { ReactNode } from "react";
import { useContext, useEffect, useRef, useState } from "react";
import type { Message } from "../../protocol";
import { answering, heldUpBy } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { useKept } from "../../ui/kept";
import { Attempts } from "./Attempts";
import { OthersContext } from "./others";
import { standingOf } from "./exchanges";
import { Foot } from "./Foot";
import { Parts } from "./Parts";
import { TakenBack } from "./TakeBack";
import { doing, holdUp, whyFailed } from "./words";

interface Props {
  /** Of one answer, the oldest first; none while it has not begun. */
  versions: readonly Message[];
  /** Whether it answers the last question: then it can be asked for again. */
  isLast: boolean;
  /** How often its question was changed. */
  edits: number;
  /** The message that somebody came for, if any. */
  linked: string | null;
}

/** An answer: plain on the page, its newest version first seen. */
export function Answer({ versions: all, isLast, edits, linked }: Props) {
  const versions = standingOf(all);
  const newest = versions.at(-1);
  const [chosen, choose] = useKept<string | null>(`version ${newest?.id ?? ""}`, null);
  const at = (id: string | null) => versions.findIndex((one) => one.id === id);
  const index = [at(chosen), at(linked), versions.length - 1].find((one) => one >= 0) ?? -1;
  const message = versions[index];
  if (message === undefined || newest === undefined) return <Beginning />;
  if (message.deleted_at) return <TakenBack id={message.id} className="answer" />;
  const canAskAgain = isLast && versions.every((one) => one.status !== "running");
  const show = (next: number) => choose(versions[next]?.id ?? null);
  const version = { message, at: index, of: versions.length, show, again: canAskAgain ? newest.id : null };
  return <Version {...version} isEarlier={message.answers_edit < edits} isLinked={message.id === linked} />;
}

interface VersionProps {
  message: Message;
  at: number;
  of: number;
  show: (index: number) => void;
  /** What to ask for anew; null where that cannot be. */
  again: string | null;
  /** Whether it was given to other words than those that stand. */
  isEarlier: boolean;
  isLinked: boolean;
}

function Version({ message, at, of, show, again, isEarlier, isLinked }: VersionProps) {
  const isRunning = message.status === "running";
  const box = useRef<HTMLElement>(null);
  // What was pressed is gone while it is being answered.
  const stay = () => box.current?.focus({ preventScroll: true });
  const otherwise = message.cached ? "Ask anew" : "Ask again";
  const asks = (label: string) => again !== null && <Again newest={again} label={label} onAsk={stay} />;
  return (
    <article ref={box} tabIndex={-1} className="answer" aria-busy={isRunning} aria-label="Answer">
      <Body key={message.id} message={message} isLinked={isLinked} />
      {isEarlier && <Earlier again={asks("ask again")} />}
      {!isRunning && <Foot message={message} again={!isEarlier && asks(otherwise)} at={at} of={of} show={show} />}
    </article>
  );
}

/** Says that an answer was given to other words than those that stand. */
function Earlier({ again }: { again: ReactNode }) {
  return (
    <div className="faint earlier">
      Answers the earlier wording
      {again !== false && (
        <>
          {" · "}
          {again}
        </>
      )}
    </div>
  );
}

interface AgainProps {
  /** The newest version of the answer. */
  newest: string;
  label: string;
  /** Told before it is asked for. */
  onAsk: () => void;
}

/** Asks for another version of an answer, by its newest one: by who gave it, or by somebody else. */
function Again({ newest, label, onAsk }: AgainProps) {
  const acts = useActs();
  const others = useContext(OthersContext);
  const [isAsked, setAsked] = useState(false);
  const ask = async (model: string | null = null) => {
    onAsk();
    setAsked(true);
    await acts.regenerate(newest, model);
    setAsked(false);
  };
  return (
    <>
      <button className="quiet" disabled={isAsked} onClick={() => void ask()}>
        {label}
      </button>
      {!isAsked && others?.((model) => void ask(model))}
    </>
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
  const heldUp = useRoom((room) => (isRunning ? heldUpBy(room, message.id) : null));
  const said = holdUp(heldUp) ?? doing(message, message.model ?? asked);
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
