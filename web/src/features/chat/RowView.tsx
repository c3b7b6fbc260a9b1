import { memo, useEffect, useRef } from "react";
import { assertNever } from "../../state/changes";
import { Answer } from "./Answer";
import { NoticeLine } from "./NoticeLine";
import { Pending, Question } from "./Question";
import type { Row } from "./rows";
import { isSame } from "./rows";

interface Props {
  row: Row;
  /** The message in it that a link led to, if one did. */
  linked: string | null;
  onTakeBack: (words: string) => void;
}

/** One line of the page. While others change it is not drawn anew. */
export const RowView = memo(
  function RowView({ row, linked, onTakeBack }: Props) {
    const box = useRef<HTMLDivElement>(null);
    useEffect(() => {
      if (linked === null) return undefined;
      // A line is hidden until the list knows its height, and takes no focus before.
      const focus = () => {
        box.current?.focus({ preventScroll: true });
        if (document.activeElement !== box.current) frame = requestAnimationFrame(focus);
      };
      let frame = requestAnimationFrame(focus);
      return () => cancelAnimationFrame(frame);
    }, [linked]);
    return (
      <div ref={box} className={linked === null ? "row" : "row linked"} data-row={row.key} tabIndex={linked === null ? undefined : -1}>
        <Inside row={row} linked={linked} onTakeBack={onTakeBack} />
      </div>
    );
  },
  (before, after) => before.linked === after.linked && before.onTakeBack === after.onTakeBack && isSame(before.row, after.row),
);

function Inside({ row, linked, onTakeBack }: Props) {
  switch (row.kind) {
    case "question":
      return <Question message={row.message} turn={row.turn} isLast={row.isLast} onTakeBack={onTakeBack} />;
    case "answer":
      return <Answer versions={row.versions} isLast={row.isLast} edits={row.edits} linked={linked} />;
    case "notice":
      return <NoticeLine notice={row.notice} />;
    case "entry":
      return <Pending entry={row.entry} onTakeBack={onTakeBack} />;
    default:
      return assertNever(row);
  }
}
