import type { RefObject } from "react";
import { useLayoutEffect, useRef, useState } from "react";

/** Rows that are drawn above and below of what is seen. */
const SPARE = 15;
/** Rows by which what is drawn moves on. */
const STEP = 5;

export interface InSight {
  box: RefObject<HTMLDivElement | null>;
  /** The rows to draw: from `first` up to `end`. */
  first: number;
  end: number;
  /** The room of those that are not drawn, in pixels. */
  before: number;
  behind: number;
  scrolled: () => void;
}

/**
 * Which of `count` rows of one height are to be drawn, in a box that scrolls; every one, unless it `isLong`. The rows
 * are the elements of class `line`.
 */
export function useRowsInSight(count: number, isLong: boolean): InSight {
  const box = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const [size, setSize] = useState({ line: 36, seen: 12 });

  useLayoutEffect(() => {
    const line = box.current?.querySelector<HTMLElement>(".line")?.offsetHeight ?? 0;
    if (!isLong || line === 0) return;
    const seen = Math.ceil((box.current?.clientHeight ?? 0) / line);
    if (line !== size.line || seen !== size.seen) setSize({ line, seen });
  }, [isLong, count, size]);

  const scrolled = () => {
    if (!isLong || box.current === null) return;
    const top = Math.floor(box.current.scrollTop / size.line) - SPARE;
    setFirst(Math.max(0, Math.floor(top / STEP) * STEP));
  };

  if (!isLong) return { box, first: 0, end: count, before: 0, behind: 0, scrolled };
  const end = Math.min(count, first + size.seen + 2 * SPARE + STEP);
  return { box, first, end, before: first * size.line, behind: (count - end) * size.line, scrolled };
}
