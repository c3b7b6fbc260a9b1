import { useMemo, useState } from "react";
import type { JsonValue, ToolCallPart } from "../../protocol";
import { useAsked } from "../../state/asked";
import { CopyButton } from "../../ui/CopyButton";
import { Data } from "../../ui/Data";
import { useKept } from "../../ui/kept";
import { namesIn } from "../../ui/rows";
import { isAtWork } from "./words";

interface Props {
  call: ToolCallPart;
  message: string;
}

/** What went into a tool and what came out. */
export default function ToolInside({ call, message }: Props) {
  const [isWhole, setWhole] = useKept(`whole ${call.tool_call_id}`, false);
  if (!call.truncated) return <Inside call={call} result={call.result} />;
  if (isWhole) return <Whole call={call} message={message} />;
  return (
    <Inside call={call} result={call.result}>
      <p className="faint">
        The result is too long to come along by itself.{" "}
        <button className="plain" onClick={() => setWhole(true)}>
          Show the whole result
        </button>
      </p>
    </Inside>
  );
}

/** A result that was too long for the page, fetched because somebody wants it. */
function Whole({ call, message }: Props) {
  const { value: runs, problem, again } = useAsked(`runs ${message}`, (rest) => rest.runs(message));
  const run = runs?.find((one) => one.tool_call_id === call.tool_call_id);
  if (run !== undefined) return <Inside call={call} result={run.result} />;
  return (
    <Inside call={call} result={call.result}>
      {problem === null && <p className="faint">{runs === null ? "Fetching the whole result…" : "The whole result is not kept any more."}</p>}
      {problem !== null && (
        <p className="problem">
          {problem}{" "}
          <button className="quiet" onClick={again}>
            Try again
          </button>
        </p>
      )}
    </Inside>
  );
}

interface InsideProps {
  call: ToolCallPart;
  result: JsonValue;
  children?: React.ReactNode;
}

function Inside({ call, result, children }: InsideProps) {
  const [isRaw, setRaw] = useState(false);
  const raw = () => JSON.stringify({ arguments: call.arguments, result, error: call.error }, null, 2);
  return (
    <div className="tool-inside">
      <p className="tool-name">
        <code>{call.name}</code>
        <span>
          {isRaw && <CopyButton text={raw} of="the JSON" />}
          <button className="quiet" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            {isRaw ? "In words" : "As JSON"}
          </button>
        </span>
      </p>
      {isRaw ? <pre tabIndex={0}>{raw()}</pre> : <InWords call={call} result={result} />}
      {isAtWork(call) && <p className="faint">It has not come back yet.</p>}
      {children}
    </div>
  );
}

function InWords({ call, result }: InsideProps) {
  const names = useMemo(() => namesIn(result), [result]);
  const isAsked = Object.keys(call.arguments).length > 0;
  // That nothing came back is said of a tool that did its work, not of one that could not.
  const isBack = result !== null || (call.status === "completed" && !call.truncated);
  return (
    <>
      {isAsked && <h3>What it was asked</h3>}
      {isAsked && (
        <Data value={call.arguments} label="What it was asked" names={names} file={`${call.name}-asked`} keep={`asked ${call.tool_call_id}`} />
      )}
      {isBack && <h3>What came back</h3>}
      {isBack && <Data value={result} label="What came back" names={names} file={call.name} keep={`result ${call.tool_call_id}`} />}
    </>
  );
}
