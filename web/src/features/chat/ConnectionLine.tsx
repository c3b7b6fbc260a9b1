import { useSyncExternalStore } from "react";
import { browserShelf } from "../../connection/shelf";
import { topicOf } from "../../state/room";
import { useActs, useRoom, useSecondsUntil } from "../../state/use-room";
import { late } from "../../ui/late";

const HOW = {
  connecting: "Connecting.",
  waiting: "Reconnecting.",
  ended: "The server has closed the connection.",
};
const KEPT = "What you write is kept and goes out once.";
const KEPT_HERE = "What you write goes out once; this browser stores nothing, so keep this tab open.";

interface Props {
  /** The conversation, or null for one that is not begun; and whether anything is known of it. */
  id: string | null;
  isKnown: boolean;
}

/** A line above the input, only while something is wrong: what it is, what is safe, and when it is tried again. */
export function ConnectionLine({ id, isKnown }: Props) {
  const status = useRoom((room) => room.view.status);
  const seconds = useSecondsUntil(useRoom((room) => room.view.nextTry));
  const isLate = useRoom((room) => id !== null && room.view.late.has(topicOf(id)));
  const isOnline = useSyncExternalStore(onNetwork, () => navigator.onLine);
  const acts = useActs();
  if (status === "open") return isLate ? <LateLine isKnown={isKnown} /> : <HeldLine />;
  if (status === "refused") return null;
  return (
    <div className={`connection ${status}`}>
      <span className="dot unknown" aria-hidden="true" />
      <span role="status">
        {isOnline ? HOW[status] : "You are offline."} {browserShelf.lasts() ? KEPT : KEPT_HERE}
      </span>
      {seconds !== null && seconds > 1 && <span className="next-try">Next try in {seconds} s.</span>}
      {status !== "connecting" && (
        <button className="quiet" onClick={acts.retry}>
          Retry
        </button>
      )}
    </div>
  );
}

/** Says that the server stands, and could not read this conversation. */
function LateLine({ isKnown }: { isKnown: boolean }) {
  return (
    <div className="connection late">
      <span className="dot unknown" aria-hidden="true" />
      <span role="status">
        {late(isKnown ? "what is new here" : "this conversation")} {KEPT}
      </span>
    </div>
  );
}

/** Says that too much was sent at once, and when it goes on by itself. */
function HeldLine() {
  const hold = useRoom((room) => room.view.hold);
  const seconds = useSecondsUntil(hold?.until ?? null);
  if (hold === null) return null;
  return (
    <div className="connection held">
      <span className="dot unknown" aria-hidden="true" />
      <span role="status">
        That was {hold.count.toLocaleString("en-GB")} messages within {hold.within === "hour" ? "an hour" : "a minute"}, as many as may be. The rest is kept.
      </span>
      {seconds !== null && <span className="next-try">It goes on in {seconds > 90 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`}.</span>}
    </div>
  );
}

function onNetwork(changed: () => void): () => void {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}
