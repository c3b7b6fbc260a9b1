import { useAsked } from "../../state/asked";
import { useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";

/** What a question said before it was changed. */
export function Edits({ message, count }: { message: string; count: number }) {
  const ahead = useRoom((room) => room.view.ahead);
  const { value: edits, problem, again } = useAsked(`edits ${message} ${count}`, (rest) => rest.edits(message));
  if (problem !== null) {
    return (
      <p className="problem">
        {problem}{" "}
        <button className="quiet" onClick={again}>
          Try again
        </button>
      </p>
    );
  }
  if (edits === null) return <p className="faint">Fetching it…</p>;
  return (
    <ol className="edits" aria-label="What it said before">
      {edits.map((earlier) => (
        <li key={earlier.edit}>
          <span className="edits-words" dir="auto">
            {earlier.content}
          </span>
          <span className="faint">
            until <Ago at={earlier.replaced_at} ahead={ahead} />
          </span>
        </li>
      ))}
    </ol>
  );
}
