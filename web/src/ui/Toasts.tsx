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
          <span>{line.words}</span>
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
