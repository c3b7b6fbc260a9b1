import { useId, useLayoutEffect, useRef } from "react";
import type { MessageContext } from "../../protocol/seen";
import { useAsked } from "../../state/asked";
import { CloseIcon } from "../../ui/icons";
import { Request } from "./Request";
import { Run } from "./Run";
import { stepsOf } from "./story";
import "./seen.css";

interface Props {
  message: string;
  close: () => void;
}

/** What went into an answer: beside the page, or all over it on a small screen. The focus stays in it until it closes. */
export function Seen({ message, close }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const title = useId();
  const { value, problem, again } = useAsked(`seen ${message}`, (rest) => rest.seen(message));

  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={box}
      className="seen"
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      // Escape means this panel here, not the answer that is being written behind it.
      onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <div className="seen-inside">
        <header>
          <h2 id={title}>What it saw</h2>
          <button className="quiet" aria-label="Close what it saw" autoFocus onClick={close}>
            <CloseIcon />
          </button>
        </header>
        {value === null && problem === null && <p className="faint">Fetching what was kept…</p>}
        {problem !== null && (
          <p className="problem" role="alert">
            {problem}{" "}
            <button className="quiet" onClick={again}>
              Try again
            </button>
          </p>
        )}
        {value !== null && <Story context={value} />}
      </div>
    </dialog>
  );
}

function Story({ context }: { context: MessageContext }) {
  const steps = stepsOf(context);
  if (steps.length === 0) return <p className="soft">Nothing was kept of what went into this answer.</p>;
  return (
    <>
      <p className="soft">Everything that went into this answer, in its order.</p>
      <ol>
        {steps.map(({ request, runs }, index) => (
          <li key={request?.at ?? "before"}>
            {request !== null && <Request request={request} first={index === 0} />}
            {runs.length > 0 && <h3>{runs.length === 1 ? "Then a tool ran" : `Then ${String(runs.length)} tools ran`}</h3>}
            {runs.map((run) => (
              <Run key={run.id} run={run} />
            ))}
          </li>
        ))}
      </ol>
    </>
  );
}
