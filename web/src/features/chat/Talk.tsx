import type { ReactNode } from "react";
import { useLayoutEffect, useRef, useState } from "react";

const NEAR = 100;
const NEAR_TOP = 160;

interface Props {
  /** Changes whenever something is added below. */
  tail: string;
  /** The id of the first message that is drawn. */
  top: string | null;
  /** Changes when one has said something: then the end is shown. */
  said: number;
  /** Called when somebody scrolls up to the first message; null when nothing lies before it. */
  onTop: (() => void) | null;
  children: ReactNode;
}

/**
 * The column of talk. It follows what is written for as long as its end is in sight, and stays where somebody
 * reads otherwise.
 */
export function Talk({ tail, top, said, onTop, children }: Props) {
  const box = useRef<HTMLElement>(null);
  const near = useRef(true);
  const nearTop = useRef(true);
  const before = useRef({ top, tail, said, height: 0 });
  const [more, setMore] = useState(false);

  useLayoutEffect(() => {
    const talk = box.current;
    if (talk === null) return;
    const was = before.current;
    if (near.current || said !== was.said) {
      talk.scrollTop = talk.scrollHeight;
      setMore(false);
    } else if (top !== was.top) talk.scrollTop += talk.scrollHeight - was.height;
    else if (tail !== was.tail) setMore(true);
    before.current = { top, tail, said, height: talk.scrollHeight };
  }, [top, tail, said]);

  const scrolled = () => {
    const talk = box.current;
    if (talk === null) return;
    near.current = talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR;
    if (near.current) setMore(false);
    const atTop = talk.scrollTop < NEAR_TOP;
    if (atTop && !nearTop.current) onTop?.();
    nearTop.current = atTop;
  };

  return (
    <div className="talk-frame">
      <section className="talk" ref={box} onScroll={scrolled} aria-label="Conversation" tabIndex={-1}>
        <div className="column">{children}</div>
      </section>
      {more && (
        <button
          className="more"
          onClick={() => box.current?.scrollTo({ top: box.current.scrollHeight })}
        >
          New messages ↓
        </button>
      )}
    </div>
  );
}
