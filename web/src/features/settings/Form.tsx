import type { ReactNode } from "react";

interface Props {
  label: string;
  children: ReactNode;
  /** Why it was not taken. */
  problem: string | null;
  busy: boolean;
  /** What the button says that sends it. */
  send: string;
  onSend: () => void;
  /** Leaves it without sending; null where it always stands there. */
  leave?: (() => void) | null;
}

/** A few lines to fill in, what is wrong with them, and the button that sends them. */
export function Form({ label, children, problem, busy, send, onSend, leave = null }: Props) {
  return (
    <form
      className="settings-form"
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSend();
      }}
    >
      {children}
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div className="settings-acts">
        <button className={leave === null ? "plain" : "main"} disabled={busy}>
          {busy ? "One moment…" : send}
        </button>
        {leave !== null && (
          <button type="button" className="plain" onClick={leave}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
