import type { ReactNode } from "react";
import { useState } from "react";
import { PlusIcon } from "../../ui/icons";
import { Mark } from "../../ui/Mark";
import { Link } from "../../ui/navigation";
import { Archive } from "./Archive";
import { Days } from "./Days";
import { Find } from "./Find";
import { Found } from "./Found";
import "./list.css";
import { movedByKeys } from "./moved-by-keys";

interface Props {
  /** The conversation that is open. */
  current: string | null;
  /** Where a new conversation begins. */
  start: string;
  /** What stands beside the way to a new conversation, and below the list. */
  aside: ReactNode;
  foot: ReactNode;
}

/** The list of one's conversations, and what is found in them. */
export function Sidebar({ current, start, aside, foot }: Props) {
  const [words, setWords] = useState("");
  return (
    <nav className="side" aria-label="Conversations">
      <div className="brand">
        <Mark />
        Parlour
      </div>
      <div className="begin">
        <Link to={start} className="new" current={current === null}>
          <PlusIcon />
          New conversation
        </Link>
        {aside}
      </div>
      <Find words={words} setWords={setWords} />
      <div className="list" onKeyDown={movedByKeys}>
        {words.trim() === "" ? (
          <>
            <Days current={current} />
            <Archive current={current} />
          </>
        ) : (
          <Found words={words} current={current} />
        )}
      </div>
      {foot}
    </nav>
  );
}
