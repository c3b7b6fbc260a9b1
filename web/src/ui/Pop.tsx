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
  const over = useRef<HTMLDivElement>(null);
  const shown = useRef<HTMLDivElement>(null);
  const wasOpen = useRef(false);
  const close = () => setOpen(false);

  useLayoutEffect(() => {
    // Closed from inside, the cursor goes back to what opened it, unless it was sent elsewhere.
    if (wasOpen.current && !open && document.activeElement === document.body) box.current?.querySelector("summary")?.focus();
    wasOpen.current = open;
  }, [open]);

  useLayoutEffect(() => {
    if (!open || over.current === null || shown.current === null || box.current === null) return;
    // Over everything, also where what it hangs on lies in a box of its own; older browsers draw it where it stands.
    if (typeof over.current.showPopover === "function") over.current.showPopover();
    place(shown.current, box.current);
  }, [open]);

  const pressed = (event: KeyboardEvent<HTMLElement>) => {
    if (!open) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      setOpen(false);
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
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget)) setOpen(false);
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
      {open && (
        <div ref={over} popover="manual" className="pop-veil" onClick={(event) => event.target === event.currentTarget && close()}>
          <div ref={shown} className="pop-inside">
            {children(close)}
          </div>
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

/**
 * Puts `shown` below what it hangs on, or above where there is more room, and wholly on the screen: what is too high
 * for the room there scrolls, also when it grows later on.
 */
function place(shown: HTMLElement, box: HTMLElement): void {
  const at = box.getBoundingClientRect();
  const { width, height } = shown.getBoundingClientRect();
  const below = innerHeight - at.bottom - MARGIN * 1.5;
  const above = at.top - MARGIN * 1.5;
  const isBelow = height <= below || below >= above;
  shown.style.maxHeight = `${isBelow ? below : above}px`;
  shown.style.top = isBelow ? `${at.bottom + MARGIN / 2}px` : "auto";
  shown.style.bottom = isBelow ? "auto" : `${innerHeight - at.top + MARGIN / 2}px`;
  const left = at.right - width < MARGIN ? at.left : at.right - width;
  shown.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
}
