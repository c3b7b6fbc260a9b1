import { useId, useState } from "react";
import type { ToolCallPart } from "../../protocol";
import { Data } from "../../ui/Data";
import { ChevronIcon } from "../../ui/icons";
import { namesIn } from "../../ui/rows";
import { aside } from "./words";

/** One run of a tool as a line of words, which opens to what went in and what came out. */
export function ToolLine({ call }: { call: ToolCallPart }) {
  const [open, setOpen] = useState(false);
  const inside = useId();
  const said = aside(call);
  return (
    <div className="tool">
      <button className="tool-line" aria-expanded={open} aria-controls={inside} onClick={() => setOpen(!open)}>
        <span className={`dot ${call.status}`} aria-hidden="true" />
        <span className="tool-label">{call.label}</span>
        {said !== "" && <span className="tool-aside">· {said}</span>}
        <span className={open ? "turns open" : "turns"}>
          <ChevronIcon />
        </span>
      </button>
      {call.status === "failed" && call.error !== null && <p className="tool-error">{call.error.message}</p>}
      <div id={inside} hidden={!open}>
        {open && <Inside call={call} />}
      </div>
    </div>
  );
}

function Inside({ call }: { call: ToolCallPart }) {
  const [raw, setRaw] = useState(false);
  const asked = Object.keys(call.arguments).length > 0;
  const names = namesIn(call.result);
  return (
    <div className="tool-inside">
      <p className="tool-name">
        <code>{call.name}</code>
        <button className="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? "As a table" : "As JSON"}
        </button>
      </p>
      {raw ? (
        <pre tabIndex={0}>{JSON.stringify({ arguments: call.arguments, result: call.result, error: call.error }, null, 2)}</pre>
      ) : (
        <>
          {asked && <h3>What it was asked</h3>}
          {asked && <Data value={call.arguments} label="What it was asked" names={names} />}
          {call.result !== null && <h3>What came back</h3>}
          <Data value={call.result} label="What came back" names={names} />
        </>
      )}
      {call.truncated && <p className="faint">This is only the beginning; the result was too long for the page.</p>}
    </div>
  );
}
