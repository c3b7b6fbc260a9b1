import type { ReactNode } from "react";
import { useState } from "react";

interface Props {
  /** What is seen while it is closed. */
  face: ReactNode;
  label?: string;
  className?: string;
  /** What opens; it is given a way to close it. */
  children: (close: () => void) => ReactNode;
}

/** Something that opens over the page, and closes when one goes elsewhere or presses Escape. */
export function Pop({ face, label, className = "", children }: Props) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <details
      open={open}
      className={`pop ${className}`}
      onBlur={(event) => {
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget)) close();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
        event.currentTarget.querySelector("summary")?.focus();
      }}
    >
      <summary
        aria-label={label}
        onClick={(event) => {
          event.preventDefault();
          setOpen(!open);
        }}
      >
        {face}
      </summary>
      {open && <div className="pop-veil" onClick={close} />}
      {open && <div className="pop-inside">{children(close)}</div>}
    </details>
  );
}
