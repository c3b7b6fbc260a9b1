import type { ReactNode } from "react";
import { useId, useState } from "react";
import { ChevronIcon } from "./icons";
import "./disclosure.css";

interface Props {
  face: ReactNode;
  /** What stands at the end of the line. */
  aside?: string;
  /** The first words of what is inside, while it is closed. */
  peek?: string;
  children: ReactNode;
}

/** A line that opens to what it stands for. What is inside is drawn only then. */
export function Disclosure({ face, aside = "", peek = "", children }: Props) {
  const [open, setOpen] = useState(false);
  const inside = useId();
  return (
    <div className="opens">
      <button type="button" aria-expanded={open} aria-controls={inside} onClick={() => setOpen(!open)}>
        <span className="opens-line">
          <span className="opens-face">{face}</span>
          <span className="opens-peek">{open ? "" : peek}</span>
          {aside !== "" && <span className="opens-aside">{aside}</span>}
        </span>
        <span className={open ? "opens-mark open" : "opens-mark"}>
          <ChevronIcon />
        </span>
      </button>
      <div id={inside} hidden={!open} className="opens-inside">
        {open && children}
      </div>
    </div>
  );
}
