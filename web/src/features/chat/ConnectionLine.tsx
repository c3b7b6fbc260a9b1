import { useSyncExternalStore } from "react";
import { tabShelf } from "../../connection/shelf";
import { useActs, useRoom, useSecondsUntil } from "../../state/use-room";

const HOW = {
  offline: "You are offline. What you write is kept and goes out once.",
  connecting: "Connecting. What you write is kept and goes out once.",
  waiting: "Reconnecting. What you write is kept and goes out once.",
  ended: "The server has closed the connection. What you write is kept.",
};
const HOW_WITHOUT_STORAGE = {
  offline: "You are offline. This browser stores nothing, so keep this tab open.",
  connecting: "Connecting. This browser stores nothing, so keep this tab open.",
  waiting: "Reconnecting. This browser stores nothing, so keep this tab open.",
  ended: "The server has closed the connection. This browser stores nothing, so keep this tab open.",
};

/** A line above the input, only while something is wrong: what it is, what is safe, and when it is tried again. */
export function ConnectionLine() {
  const status = useRoom((room) => room.view.status);
  const seconds = useSecondsUntil(useRoom((room) => room.view.nextTry));
  const isOnline = useSyncExternalStore(onNetwork, () => navigator.onLine);
  const acts = useActs();
  if (status === "open" || status === "refused") return null;
  const said = tabShelf.lasts() ? HOW : HOW_WITHOUT_STORAGE;
  return (
    <div className={`connection ${status}`}>
      <span className="dot unknown" aria-hidden="true" />
      <span role="status">{said[isOnline ? status : "offline"]}</span>
      {seconds !== null && seconds > 1 && <span className="next-try">Next try in {seconds} s.</span>}
      {status !== "connecting" && (
        <button className="quiet" onClick={acts.retry}>
          Retry
        </button>
      )}
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
