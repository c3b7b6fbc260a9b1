import { useActs, useRoom } from "../state/use-room";

/** Said while it cannot be found out who is signed in. */
export function Away() {
  const away = useRoom((room) => room.away);
  const acts = useActs();
  if (away === null) return null;
  return (
    <main className="away">
      <p role="status">{away}</p>
      <button className="plain" onClick={acts.retry}>
        Retry
      </button>
    </main>
  );
}
