import { Suspense, lazy, use, useId, useRef, useState } from "react";
import type { ToolCallPart } from "../../protocol";
import { useActs } from "../../state/use-room";
import { ChevronIcon } from "../../ui/icons";
import { useKept } from "../../ui/kept";
import { lineId, openKey } from "../../ui/Origins";
import { WaitingContext } from "./waits";
import { aside, isAtWork, whatNow } from "./words";

const ToolInside = lazy(() => import("./ToolInside").catch(() => ({ default: NotLoaded })));

function NotLoaded() {
  return <p className="problem">This part of the page could not be loaded. Please load the page anew.</p>;
}

interface Props {
  call: ToolCallPart;
  /** The answer it belongs to. */
  message: string;
}

/** One run of a tool as a line of words, which opens to what went in and what came out; below it what waits for a word. */
export function ToolLine({ call, message }: Props) {
  const [isOpen, setOpen] = useKept(openKey(call.tool_call_id), false);
  const inside = useId();
  const line = useRef<HTMLButtonElement>(null);
  const drawWaiting = use(WaitingContext);
  const [toLine] = useState(() => () => line.current?.focus());
  const said = aside(call);
  const now = whatNow(call);
  return (
    <div className="tool">
      <div className="tool-head">
        <button ref={line} id={lineId(message, call.tool_call_id)} className="tool-line" aria-expanded={isOpen} aria-controls={inside} onClick={() => setOpen(!isOpen)}>
          <span className={`dot ${call.status}`} aria-hidden="true" />
          <span className="tool-words">
            <bdi>{call.label}</bdi>
            {isAtWork(call) && "…"}
            {said !== "" && <span className="tool-aside"> · {said}</span>}
          </span>
          <span className={isOpen ? "turns open" : "turns"}>
            <ChevronIcon />
          </span>
        </button>
        {call.undo === "offered" && <UndoIt call={call} message={message} />}
      </div>
      {now !== null && <p className={`tool-now ${call.status}`}>{now}</p>}
      <div id={inside} hidden={!isOpen}>
        {isOpen && (
          <Suspense fallback={<p className="faint tool-inside">Opening…</p>}>
            <ToolInside call={call} message={message} />
          </Suspense>
        )}
      </div>
      {call.status === "waiting" && drawWaiting?.(message, call.tool_call_id, toLine)}
    </div>
  );
}

/** Takes back what the tool did. */
function UndoIt({ call, message }: Props) {
  const acts = useActs();
  const [isBusy, setBusy] = useState(false);
  const undo = async () => {
    setBusy(true);
    await acts.undo(message, call.tool_call_id);
    setBusy(false);
  };
  return (
    <button className="quiet" disabled={isBusy} aria-label={`Undo: ${call.label}`} onClick={() => void undo()}>
      {isBusy ? "Taking it back…" : "Undo"}
    </button>
  );
}
