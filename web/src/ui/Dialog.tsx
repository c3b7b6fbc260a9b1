import type { ReactNode } from "react";
import { useLayoutEffect, useRef, useState } from "react";
import { isComposing } from "./composing";

interface Props {
  label: string;
  className?: string;
  close: () => void;
  children: ReactNode;
}

/** Something that lies over the whole page until it is done with; then the focus is where it was before. */
export function Dialog({ label, className = "", close, children }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const [opener] = useState(() => document.activeElement);

  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [opener]);

  return (
    <dialog
      ref={box}
      className={`dialog ${className}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className="dialog-inside">{children}</div>
    </dialog>
  );
}
