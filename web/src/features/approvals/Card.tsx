import { useId, useLayoutEffect, useRef, useState } from "react";
import type { Approval, Json } from "../../protocol";
import type { Word } from "../../state/approvals";
import { headOf } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { useNow } from "../../ui/now";
import { Answers } from "./Answers";
import { ArgumentsForm } from "./ArgumentsForm";
import { Changes } from "./Changes";
import "./approvals.css";
import { formOf } from "./form";
import { REASONS, asked, isExpired, outcome, sayingOf, standing } from "./words";

interface Props {
  approval: Approval;
  /** Takes the focus when what had it is gone. */
  onGone: () => void;
}

/** A change that waits for somebody: what would be different, that nothing is yet, and what can be said to it. */
export function Card({ approval, onGone }: Props) {
  const title = useId();
  const settled = useRoom((room) => room.settled[approval.id]);
  const me = useRoom((room) => room.me?.user_id ?? "");
  const mayDecide = useRoom((room) => headOf(room)?.inbox.some((one) => one.id === approval.id) ?? false);
  const now = useNow() + useRoom((room) => room.view.ahead);
  const isOpen = settled === undefined && !isExpired(approval, now);
  return (
    <section className={isOpen ? "approval" : "approval settled"} aria-labelledby={title}>
      <h2 id={title}>
        <bdi>{asked(approval)}</bdi>
      </h2>
      {approval.form !== null && <Question form={approval.form} />}
      <Changes approval={approval} />
      {isOpen ? (
        <>
          {REASONS[approval.reason] !== "" && <p className="approval-reason">{REASONS[approval.reason]}</p>}
          <p className="faint">{standing(approval, mayDecide, now)}</p>
          {mayDecide && <Decide approval={approval} onGone={onGone} />}
        </>
      ) : (
        <p className="soft" role="status">
          {outcome(settled ?? { ...approval, status: "expired" }, me)}
        </p>
      )}
    </section>
  );
}

/** What is wanted, in the words of whoever asks; who that is stands before them, and is ours. */
function Question({ form }: { form: Json }) {
  const { asker, message } = formOf(form);
  return (
    <>
      {asker !== "" && (
        <p className="soft">
          <bdi>{asker}</bdi>, wants to know:
        </p>
      )}
      {message !== "" && (
        <blockquote className="approval-question" dir="auto">
          {message}
        </blockquote>
      )}
    </>
  );
}

/** What can be said. Only a press on one of these decides; nothing else on the page does. */
function Decide({ approval, onGone }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const saying = useRoom((room) => room.sayings[approval.id]);
  useLayoutEffect(() => {
    const inside = box.current;
    return () => {
      if (inside?.contains(document.activeElement) === true) onGone();
    };
  }, [onGone]);

  const isBusy = saying !== undefined && saying.problem === null;
  return (
    <div ref={box} className="approval-decide">
      {saying?.isOver === true ? (
        <p className="problem" role="alert">
          {saying.problem}
        </p>
      ) : (
        <Say approval={approval} problem={saying?.problem ?? null} isBusy={isBusy} />
      )}
      <p className="faint" role="status">
        {isBusy && sayingOf(approval, saying.decision)}
      </p>
    </div>
  );
}

function Say({ approval, problem, isBusy }: { approval: Approval; problem: string | null; isBusy: boolean }) {
  const acts = useActs();
  const [isChanging, setChanging] = useState(false);
  const [always, setAlways] = useState(false);
  const change = useRef<HTMLButtonElement>(null);
  const say = (word: Word) => {
    if (!isBusy) void acts.decide(approval.id, always && word.decision === "approve" ? { ...word, remember: true } : word);
  };
  const back = () => {
    setChanging(false);
    requestAnimationFrame(() => change.current?.focus());
  };
  if (approval.form !== null) {
    const send = (answers: Json) => say({ decision: "approve", answers });
    const decline = () => say({ decision: "deny" });
    return <Answers approval={approval} form={approval.form} problem={problem} isBusy={isBusy} send={send} decline={decline} />;
  }
  if (isChanging) {
    const send = (changed: Json) => say({ decision: "approve", arguments: changed });
    return <ArgumentsForm approval={approval} problem={problem} isBusy={isBusy} send={send} leave={back} />;
  }
  return (
    <>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div className="approval-acts">
        <button type="button" className="main" aria-disabled={isBusy} onClick={() => say({ decision: "approve" })}>
          Do it
        </button>
        <button ref={change} type="button" className="plain" aria-disabled={isBusy} onClick={() => setChanging(!isBusy)}>
          Change…
        </button>
        <button type="button" className="plain" aria-disabled={isBusy} onClick={() => say({ decision: "deny" })}>
          No
        </button>
        {approval.remember !== null && <Always words={approval.remember} isOn={always} set={setAlways} />}
      </div>
    </>
  );
}

function Always({ words, isOn, set }: { words: string; isOn: boolean; set: (isOn: boolean) => void }) {
  return (
    <label className="approval-always">
      <input type="checkbox" checked={isOn} onChange={(event) => set(event.target.checked)} />
      {words}
    </label>
  );
}
