import type { MessageContext } from "../../protocol/seen";
import { useAsked } from "../../state/asked";
import { Dialog } from "../../ui/Dialog";
import { CloseIcon } from "../../ui/icons";
import { NotCome } from "../../ui/NotCome";
import { Request } from "./Request";
import { Run } from "./Run";
import { stepsOf } from "./story";
import "./seen.css";

interface Props {
  message: string;
  close: () => void;
}

/** What went into an answer: beside the page, or all over it on a small screen. */
export function Seen({ message, close }: Props) {
  const { value, problem, again } = useAsked(`seen ${message}`, (rest) => rest.seen(message));

  return (
    <Dialog label="What it saw" className="seen" close={close}>
      <div className="seen-inside">
        <header>
          <h2>What it saw</h2>
          <button className="quiet" aria-label="Close what it saw" autoFocus onClick={close}>
            <CloseIcon />
          </button>
        </header>
        {value === null && problem === null && <p className="faint">Fetching what was kept…</p>}
        <NotCome why={problem} again={again} />
        {value !== null && <Story context={value} />}
      </div>
    </Dialog>
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
          <li key={index}>
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
