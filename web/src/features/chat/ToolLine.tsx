import { Suspense, lazy, useId } from "react";
import type { ToolCallPart } from "../../protocol";
import { ChevronIcon } from "../../ui/icons";
import { useKept } from "../../ui/kept";
import { aside, isAtWork } from "./words";

const ToolInside = lazy(() => import("./ToolInside").catch(() => ({ default: NotLoaded })));

function NotLoaded() {
  return <p className="problem">This part of the page could not be loaded. Please load the page anew.</p>;
}

interface Props {
  call: ToolCallPart;
  /** The answer it belongs to. */
  message: string;
}

/** One run of a tool as a line of words, which opens to what went in and what came out. */
export function ToolLine({ call, message }: Props) {
  const [isOpen, setOpen] = useKept(`tool ${call.tool_call_id}`, false);
  const inside = useId();
  const said = aside(call);
  return (
    <div className="tool">
      <button className="tool-line" aria-expanded={isOpen} aria-controls={inside} onClick={() => setOpen(!isOpen)}>
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
      {call.status === "failed" && call.error !== null && <p className="tool-error">{call.error.message}</p>}
      <div id={inside} hidden={!isOpen}>
        {isOpen && (
          <Suspense fallback={<p className="faint tool-inside">Opening…</p>}>
            <ToolInside call={call} message={message} />
          </Suspense>
        )}
      </div>
    </div>
  );
}
