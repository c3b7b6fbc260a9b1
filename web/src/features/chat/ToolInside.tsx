import type { JsonValue, ToolCallPart } from "../../protocol";
import { useAsked } from "../../state/asked";
import { CallInside } from "../../ui/CallInside";
import { useKept } from "../../ui/kept";
import { NotCome } from "../../ui/NotCome";
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
      <NotCome why={problem} again={again} />
    </Inside>
  );
}

interface InsideProps {
  call: ToolCallPart;
  result: JsonValue;
  children?: React.ReactNode;
}

function Inside({ call, result, children }: InsideProps) {
  const { tool_call_id: id, name, arguments: asked, error } = call;
  // That nothing came back is said of a tool that did its work, not of one that could not.
  const isBack = result !== null || (call.status === "completed" && !call.truncated);
  return (
    <div className="tool-inside">
      <CallInside call={{ id, name, arguments: asked, result, error }} isBack={isBack} heading="h3" />
      {isAtWork(call) && <p className="faint">It has not come back yet.</p>}
      {children}
    </div>
  );
}
