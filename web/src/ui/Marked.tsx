import type { Mark } from "../protocol/search";

/** A text with some of its stretches marked. */
export function Marked({ text, marks }: { text: string; marks: readonly Mark[] }) {
  const ends = [0, ...marks.map((mark) => mark.end)];
  return (
    <>
      {marks.map((mark, index) => (
        <span key={mark.start}>
          {text.slice(ends[index], mark.start)}
          <mark>{text.slice(mark.start, mark.end)}</mark>
        </span>
      ))}
      {text.slice(ends.at(-1))}
    </>
  );
}
