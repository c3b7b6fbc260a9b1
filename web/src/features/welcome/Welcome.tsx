import { useEffect } from "react";
import { useAsked } from "../../state/asked";
import { useActs, useRoom } from "../../state/use-room";
import { Connected } from "./Connected";
import { Offers } from "./Offers";
import "./welcome.css";

/** What can be asked here, four questions that work on what is really there, and what is connected. */
export function Welcome({ ask }: { ask: (question: string) => void }) {
  const questions = useRoom((room) => room.questions);
  const acts = useActs();
  const system = useAsked("system", (rest) => rest.system());
  useEffect(() => void acts.readQuestions(), [acts]);
  const isEmpty = system.value?.parts.some((part) => part.kind === "home" && part.state === "empty") ?? false;
  return (
    <div className="empty">
      {isEmpty ? <NothingThere /> : <Asking />}
      <ul>
        {(questions ?? []).map((question) => (
          <li key={question}>
            <button onClick={() => ask(question)}>{question}</button>
          </li>
        ))}
      </ul>
      <Offers />
      <Connected system={system} />
    </div>
  );
}

function Asking() {
  return (
    <>
      <h2>What would you like to know?</h2>
      <p className="soft">Ask about the rooms of this house, the things in them, how they are connected and what was noted about them.</p>
    </>
  );
}

function NothingThere() {
  return (
    <>
      <h2>Nothing is in this house yet</h2>
      <p className="soft">
        There are no rooms and no things to ask about. To look around in a demo house, whoever runs this server starts it
        once with <code>parlour serve --demo</code>; what is said here stays as it is.
      </p>
    </>
  );
}
