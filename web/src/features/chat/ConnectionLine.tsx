import { useActs, useRoom } from "../../state/use-room";

/** A line above the input, only while something is wrong: what it is, and what is safe. */
export function ConnectionLine() {
  const status = useRoom((room) => room.view.status);
  const acts = useActs();
  if (status === "open" || status === "refused") return null;
  const words =
    status === "connecting"
      ? "Connecting. What you write is kept and goes out once."
      : status === "waiting"
        ? "Reconnecting. What you write is kept and goes out once."
        : "The server has closed the connection. What you write is kept.";
  return (
    <div className={`connection ${status}`} role="status">
      <span className="dot unknown" aria-hidden="true" />
      <span>{words}</span>
      {status !== "connecting" && (
        <button className="quiet" onClick={acts.retry}>
          Try now
        </button>
      )}
    </div>
  );
}
