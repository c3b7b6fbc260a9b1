import { lookInto } from "./place";

/** The words below an answer that open what went into it. `SeenPlace` shows it. */
export function SeenLink({ message }: { message: string }) {
  return (
    <button className="quiet" aria-haspopup="dialog" onClick={() => lookInto(message)}>
      What it saw
    </button>
  );
}
