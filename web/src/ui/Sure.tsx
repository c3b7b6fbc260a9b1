import { useEffect, useId, useRef, useState } from "react";
import "./sure.css";

interface Props {
  /** What the button says that asks. */
  label: string;
  /** What it is called beside others that ask the same. */
  name?: string;
  /** What would happen, as a question. */
  question: string;
  yes: string;
  no: string;
  act: () => void;
}

/** A button for what cannot be undone: it asks first, and what is safe has the focus then. */
export function Sure({ label, name, question, yes, no, act }: Props) {
  const [asking, setAsking] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);

  useEffect(() => {
    if (wasAsking.current && !asking) button.current?.focus();
    wasAsking.current = asking;
  }, [asking]);

  if (!asking) {
    return (
      <button ref={button} type="button" className="quiet" aria-label={name} onClick={() => setAsking(true)}>
        {label}
      </button>
    );
  }
  return (
    <div
      role="group"
      aria-labelledby={id}
      className="sure"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        setAsking(false);
      }}
    >
      <p id={id}>{question}</p>
      <button type="button" className="plain bad" onClick={act}>
        {yes}
      </button>
      <button type="button" className="plain" autoFocus onClick={() => setAsking(false)}>
        {no}
      </button>
    </div>
  );
}
