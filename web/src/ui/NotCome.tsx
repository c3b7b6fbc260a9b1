/** Says why something could not be fetched, and fetches it once more; nothing where `why` is null. */
export function NotCome({ why, again }: { why: string | null; again: () => void }) {
  if (why === null) return null;
  return (
    <p className="problem" role="alert">
      {why}{" "}
      <button type="button" className="quiet" onClick={again}>
        Try again
      </button>
    </p>
  );
}
