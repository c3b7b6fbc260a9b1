import type { CSSProperties, KeyboardEvent, ReactElement, ReactNode, Ref } from "react";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import type { VirtualizerHandle } from "virtua";
import { Virtualizer } from "virtua";
import { FollowEnd } from "./follow-end";
import { useInUse } from "./in-use";
import type { Place } from "./places";
import type { Row } from "./rows";
import { holds, messageOf } from "./rows";
import { useGrownInFront } from "./grown";

/** The room above the first line, where it says what lies before; in pixels, as the list has to know it. */
const HEAD = 44;
/** What a line that was never seen is taken for, in pixels. */
const LINE = 140;
/** How near an end has to be for the next page to be fetched, in heights of the window. */
const NEAR = 1.5;
const UPWARDS = new Set(["ArrowUp", "PageUp", "Home"]);

export interface TalkHandle {
  /** Shows the end, and what comes there from now on. */
  toEnd: () => void;
  /** Shows the line that holds a message. */
  toMessage: (message: string) => void;
}

interface Props {
  ref: Ref<TalkHandle>;
  rows: readonly Row[];
  draw: (row: Row) => ReactElement;
  /** Changes whenever something is added or written at the end. */
  tail: string;
  /** What is seen first; null for the end. */
  start: Place | null;
  /** What stands above the first line. */
  head: ReactNode;
  /** Called when the first line comes near, and the last one. */
  onStart: () => void;
  onEnd: () => void;
  /** Called with what is seen whenever that changes; null is the end. */
  onPlace: (place: Place | null) => void;
  /** Told whether something came that is not in sight. */
  onNew: (isNew: boolean) => void;
}

/**
 * The lines of a talk, of which only those near the window are drawn. It follows what is written for as long as its
 * end is in sight, and stays where somebody reads otherwise.
 */
export function Talk({ ref, rows, draw, tail, start, head, onStart, onEnd, onPlace, onNew }: Props) {
  const box = useRef<HTMLElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const end = useRef(new FollowEnd());
  const edges = useRef({ start: false, end: false });
  const isGrownInFront = useGrownInFront(rows);
  const inUse = useInUse(box, rows);

  const toEnd = () => {
    end.current.follow();
    onNew(false);
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  const toPlace = ({ message, offset }: Place): boolean => {
    const index = rows.findIndex((row) => holds(row, message));
    if (index < 0 || box.current === null) return false;
    end.current.leave();
    // At once and about there, so that the list draws what will be seen; then exactly, as it comes to know its lines.
    if (list.current?.viewportSize === 0) box.current.scrollTop = HEAD + index * LINE;
    list.current?.scrollToIndex(index, { align: "start", offset });
    return true;
  };
  useImperativeHandle(ref, () => ({ toEnd, toMessage: (message) => void toPlace({ message, offset: -HEAD }) }));

  useLayoutEffect(() => {
    if (start === null || !toPlace(start)) toEnd();
    // Once: from then on it stays where somebody goes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    if (!end.current.isFollowed && box.current !== null && FollowEnd.isFar(box.current)) onNew(true);
    // Only what was added says something; where somebody is says `scrolled`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tail]);

  const look = () => {
    if (box.current === null) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const before = edges.current;
    const room = NEAR * clientHeight;
    const now = { start: scrollTop <= room, end: scrollHeight - scrollTop - clientHeight <= room };
    edges.current = now;
    if (now.start && !before.start) onStart();
    if (now.end && !before.end) onEnd();
  };
  const first = rows[0]?.key;
  const last = rows.at(-1)?.key;
  useEffect(() => {
    edges.current = { start: false, end: false };
    look();
    // When a page came, what lies beyond it may be near as well.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [first, last]);

  const scrolled = () => {
    if (box.current === null || list.current === null) return;
    end.current.scrolled(box.current);
    if (end.current.isFollowed) onNew(false);
    onPlace(end.current.isFollowed ? null : placeAt(list.current, rows, box.current.scrollTop));
    look();
  };

  return (
    <section
      className="talk"
      ref={box}
      aria-label="Conversation"
      tabIndex={-1}
      onScroll={scrolled}
      onWheel={(event) => end.current.pulled(event.deltaY)}
      onKeyDown={(event: KeyboardEvent) => UPWARDS.has(event.key) && end.current.pulled(-1)}
      onTouchStart={() => end.current.held()}
      onTouchEnd={() => box.current && end.current.released(box.current)}
    >
      <div className="column">
        <div className="talk-head" style={{ height: HEAD }}>
          {head}
        </div>
        <Virtualizer
          ref={list}
          scrollRef={box}
          as={Lines}
          data={rows}
          shift={isGrownInFront}
          startMargin={HEAD}
          itemSize={LINE}
          keepMounted={inUse}
          onResize={() => {
            if (end.current.isFollowed && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
          }}
        >
          {draw}
        </Virtualizer>
      </div>
    </section>
  );
}

/** The list lets nothing be pressed while it moves, and it moves with every line of an answer that is being written. */
function Lines({ style, children, ref }: { style: CSSProperties; children: ReactNode; ref?: Ref<HTMLDivElement> }) {
  return (
    <div ref={ref} style={{ ...style, pointerEvents: undefined }}>
      {children}
    </div>
  );
}

function placeAt(list: VirtualizerHandle, rows: readonly Row[], top: number): Place | null {
  const index = list.findItemIndex(top);
  const row = rows[index];
  const message = row === undefined ? null : messageOf(row);
  return message === null ? null : { message, offset: top - HEAD - list.getItemOffset(index) };
}
