import { useMemo } from "react";
import type { ConversationState, Turn } from "../../protocol";
import { useActs, useRoom } from "../../state/use-room";
import { Answer } from "./Answer";
import type { Exchange } from "./exchanges";
import { exchangesOf } from "./exchanges";
import { Question } from "./Question";

/** What was said and answered in a conversation, from the first message that is held. */
export function Exchanges({ state }: { state: ConversationState }) {
  const exchanges = useMemo(() => exchangesOf(state.messages), [state.messages]);
  const turns = new Map(state.turns.map((turn) => [turn.question_id, turn]));
  return (
    <>
      {state.window > 0 && <Earlier conversation={state.conversation?.id ?? ""} />}
      {exchanges.map((exchange, index) => (
        <Pair
          key={exchange.question?.id ?? exchange.versions[0]?.id}
          exchange={exchange}
          last={index === exchanges.length - 1}
          turn={turns.get(exchange.question?.id ?? "")}
        />
      ))}
      {state.notices.map((notice) => (
        <p key={notice.id} className={`notice ${notice.level}`}>
          {notice.text}
        </p>
      ))}
    </>
  );
}

function Pair({ exchange, last, turn }: { exchange: Exchange; last: boolean; turn: Turn | undefined }) {
  const { question, versions } = exchange;
  return (
    <>
      {question !== null && <Question message={question} turn={turn} />}
      {versions.length > 0 && <Answer key={versions.length} versions={versions} last={last} />}
    </>
  );
}

function Earlier({ conversation }: { conversation: string }) {
  const acts = useActs();
  const reading = useRoom((room) => room.reading.has(`earlier ${conversation}`));
  return (
    <button className="plain earlier" disabled={reading} onClick={() => void acts.readEarlier(conversation)}>
      {reading ? "Fetching…" : "Earlier messages"}
    </button>
  );
}
