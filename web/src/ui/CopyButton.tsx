import { useEffect, useState } from "react";
import { copied } from "./copy";

const SHOWN = 2_000;
const WORDS = { idle: null, done: "Copied", refused: "Not copied: please select it" } as const;

interface Props {
  /** What to copy. Rejects when it cannot be had. */
  text: () => string | Promise<string>;
  /** What the button says; beside others that copy too, `of` tells what. */
  label?: string;
  of?: string;
}

/** Copies, and says for two seconds whether that worked. */
export function CopyButton({ text, label = "Copy", of }: Props) {
  const [state, setState] = useState<keyof typeof WORDS>("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), SHOWN);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = async () => {
    try {
      setState((await copied(await text())) ? "done" : "refused");
    } catch {
      setState("refused");
    }
  };
  return (
    <button type="button" className="quiet" aria-label={of === undefined || state !== "idle" ? undefined : `${label} ${of}`} onClick={() => void copy()}>
      <span aria-live="polite">{WORDS[state] ?? label}</span>
    </button>
  );
}
