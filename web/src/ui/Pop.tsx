import type { KeyboardEvent, ReactNode } from "react";
import { useLayoutEffect, useRef, useState } from "react";

const MARGIN = 8;

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
  const box = useRef<HTMLDetailsElement>(null);
  const close = () => setOpen(false);
  const shown = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (open && box.current !== null && shown.current !== null) place(shown.current, box.current);
  }, [open]);

  const pressed = (event: KeyboardEvent<HTMLElement>) => {
    if (!open) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      event.currentTarget.querySelector("summary")?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      stepIn(event.currentTarget, event.key === "ArrowDown" ? 1 : -1);
    }
  };
  return (
    <details
      ref={box}
      open={open}
      className={`pop ${className}`}
      onBlur={(event) => {
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget)) close();
      }}
      onKeyDown={pressed}
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
      {open && (
        <div ref={shown} className="pop-inside">
          {children(close)}
        </div>
      )}
    </details>
  );
}

interface ItemProps {
  /** Told where it was pressed. */
  act: (pressed: Element) => void;
  /** Whether it is chosen now, where it is one of several of which one is. */
  on?: boolean;
  children: ReactNode;
}

/** One thing that can be chosen in it. */
export function PopItem({ act, on, children }: ItemProps) {
  return (
    <button className="pop-item" aria-pressed={on} onClick={(event) => act(event.currentTarget)}>
      {children}
    </button>
  );
}

function stepIn(box: Element, by: number): void {
  const stops = [...box.querySelectorAll<HTMLElement>("summary, a, button")];
  const at = stops.findIndex((stop) => stop === document.activeElement);
  stops[(at + by + stops.length) % stops.length]?.focus();
}

/** Puts `shown` below what it hangs on, or above where there is no room, and wholly on the screen. */
function place(shown: HTMLElement, box: HTMLElement): void {
  const at = box.getBoundingClientRect();
  const { width, height } = shown.getBoundingClientRect();
  const below = at.bottom + MARGIN / 2;
  const fits = below + height + MARGIN <= innerHeight || at.top < height;
  const left = Math.min(Math.max(MARGIN, at.right - width), innerWidth - width - MARGIN);
  shown.style.top = `${fits ? below : at.top - height - MARGIN / 2}px`;
  shown.style.left = `${left}px`;
}
