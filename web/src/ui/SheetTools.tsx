import "./sheet.css";
import { CopyButton } from "./CopyButton";
import type { Cell } from "./sheet";
import { commaSeparated, tabSeparated } from "./sheet";

interface Props {
  /** What the file is called, without its ending. */
  name: string;
  /** The rows, the names of the columns first. */
  rows: () => Cell[][];
}

/** What can be done with a table besides reading it. */
export function SheetTools({ name, rows }: Props) {
  return (
    <>
      <CopyButton text={() => tabSeparated(rows())} of="the table" />
      <button type="button" className="quiet" aria-label="Download the table" onClick={() => download(`${name}.csv`, commaSeparated(rows()))}>
        Download
      </button>
    </>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
