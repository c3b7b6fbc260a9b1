import { useId } from "react";
import { useAsked } from "../../state/asked";
import { nameOf } from "../../state/models";
import { useKept } from "../../ui/kept";
import { Markdown } from "../../ui/Markdown";
import { NotCome } from "../../ui/NotCome";
import { ToolLine } from "./ToolLine";
import { whyCut } from "./words";

/** Says that an answer was cut and begun again; what it had said before can be opened. */
export function Attempts({ message }: { message: string }) {
  const [isOpen, setOpen] = useKept(`attempts ${message}`, false);
  const inside = useId();
  return (
    <div className="attempts">
      <p className="faint">
        Cut off and begun again.{" "}
        <button className="quiet" aria-expanded={isOpen} aria-controls={inside} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide what it had said" : "What it had said"}
        </button>
      </p>
      <div id={inside} hidden={!isOpen}>
        {isOpen && <Earlier message={message} />}
      </div>
    </div>
  );
}

function Earlier({ message }: { message: string }) {
  const { value: attempts, problem, again } = useAsked(`attempts ${message}`, (rest) => rest.attempts(message));
  if (problem !== null) return <NotCome why={problem} again={again} />;
  if (attempts === null) return <p className="faint">Fetching it…</p>;
  if (attempts.length === 0) return <p className="faint">It had not said anything yet.</p>;
  return attempts.map((attempt) => (
    <section key={attempt.attempt} className="attempt" aria-label={`Attempt ${attempt.attempt}`}>
      <p className="faint">
        {attempt.model ? `${nameOf(attempt.model)} had said this. ` : ""}
        {whyCut(attempt.reason)}
      </p>
      {attempt.parts.map((part, index) =>
        part.kind === "tool_call" ? <ToolLine key={index} call={part} message={message} /> : <Markdown key={index} text={part.text} />,
      )}
    </section>
  ));
}
