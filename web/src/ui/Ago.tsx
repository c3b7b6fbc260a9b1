import { exactly, since } from "./dates";
import { useNow } from "./now";

interface Props {
  /** When it was, as the server says it. */
  at: string;
  /** How many milliseconds the server's clock is ahead of this browser's. */
  ahead: number;
}

/** How long ago something was, which stays true while it stands there; the exact time for whoever points at it. */
export function Ago({ at, ahead }: Props) {
  const now = useNow() + ahead;
  return (
    <time className="ago" dateTime={at} tabIndex={0}>
      <span>{since(at, now)}</span>
      <span className="exact">{exactly(at)}</span>
    </time>
  );
}
