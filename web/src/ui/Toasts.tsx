import type { ReactNode } from "react";

/** Lines that say what went wrong, or what was done and can be undone. */
export interface Line {
  id: string;
  words: string;
  undo: (() => void) | null;
}

export function Toasts({ lines, dismiss }: { lines: readonly Line[]; dismiss: (id: string) => void }) {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {lines.map((line) => (
        <div key={line.id} className="toast">
          <span>{withQuotesApart(line.words)}</span>
          {line.undo !== null && (
            <button
              className="quiet undo"
              onClick={() => {
                line.undo?.();
                dismiss(line.id);
              }}
            >
              Undo
            </button>
          )}
          <button className="quiet" aria-label="Close this message" onClick={() => dismiss(line.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}

/** What stands in quotation marks was written by somebody: its direction stays its own. */
function withQuotesApart(words: string): ReactNode {
  return words.split(/(“[^”]*”)/).map((piece, index) => (index % 2 === 1 ? <bdi key={index}>{piece}</bdi> : piece));
}
