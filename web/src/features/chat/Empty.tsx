import { useEffect } from "react";
import { useActs, useRoom } from "../../state/use-room";
import { Offers } from "./Offers";

/** What can be asked here, and four questions that work on what is really there. */
export function Empty({ ask }: { ask: (question: string) => void }) {
  const questions = useRoom((room) => room.questions);
  const acts = useActs();
  useEffect(() => void acts.readQuestions(), [acts]);
  return (
    <div className="empty">
      <h2>What would you like to know?</h2>
      <p className="soft">Ask about the rooms of this house, the things in them, how they are connected and what was noted about them.</p>
      <ul>
        {(questions ?? []).map((question) => (
          <li key={question}>
            <button onClick={() => ask(question)}>{question}</button>
          </li>
        ))}
      </ul>
      <Offers calm />
    </div>
  );
}
