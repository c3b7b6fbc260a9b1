import { useSyncExternalStore } from "react";
import type { Status } from "../../connection/socket";
import { useActs, useRoom } from "../../state/use-room";

/** A line above the input, only while something is wrong: what it is, and what is safe. */
export function ConnectionLine() {
  const status = useRoom((room) => room.view.status);
  const isOnline = useSyncExternalStore(onNetwork, () => navigator.onLine);
  const acts = useActs();
  if (status === "open" || status === "refused") return null;
  return (
    <div className={`connection ${status}`} role="status">
      <span className="dot unknown" aria-hidden="true" />
      <span>{wordsFor(status, isOnline)}</span>
      {status !== "connecting" && (
        <button className="quiet" onClick={acts.retry}>
          Try now
        </button>
      )}
    </div>
  );
}

function wordsFor(status: Status, isOnline: boolean): string {
  if (!isOnline) return "You are offline. What you write is kept and goes out once.";
  if (status === "connecting") return "Connecting. What you write is kept and goes out once.";
  if (status === "waiting") return "Reconnecting. What you write is kept and goes out once.";
  return "The server has closed the connection. What you write is kept.";
}

function onNetwork(changed: () => void): () => void {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}
