import { waitingAt } from "../../state/room";
import { useRoom } from "../../state/use-room";
import { Card } from "./Card";

interface Props {
  /** The answer that cannot go on without a word, and the call in it. */
  message: string;
  call: string;
  onGone: () => void;
}

/** What waits for a person at a call of an answer. */
export function Waiting({ message, call, onGone }: Props) {
  const approval = useRoom((room) => waitingAt(room, message, call));
  return approval === null ? null : <Card key={approval.id} approval={approval} onGone={onGone} />;
}
