import { useMemo, useState } from "react";
import type { Json, JsonValue, Problem } from "../protocol";
import { CopyButton } from "./CopyButton";
import { Data } from "./Data";
import { namesIn } from "./rows";
import "./call.css";

/** What went into a tool and what came out of it. */
export interface Called {
  /** Tells it from every other. */
  id: string;
  name: string;
  arguments: Json;
  result: JsonValue;
  error: Problem | null;
}

interface Props {
  call: Called;
  /** Whether something came back; that it was nothing is then said. */
  isBack: boolean;
  /** How deep its headings stand on the page. */
  heading: "h3" | "h4";
}

/** The inside of a tool's run, in words or, on demand, as JSON. */
export function CallInside({ call, isBack, heading }: Props) {
  const [isRaw, setRaw] = useState(false);
  const raw = () => JSON.stringify({ arguments: call.arguments, result: call.result, error: call.error }, null, 2);
  return (
    <>
      <p className="call-name">
        <code>{call.name}</code>
        <span>
          {isRaw && <CopyButton text={raw} of="the JSON" />}
          <button className="quiet" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            {isRaw ? "In words" : "As JSON"}
          </button>
        </span>
      </p>
      {isRaw ? <pre tabIndex={0}>{raw()}</pre> : <InWords call={call} isBack={isBack} heading={heading} />}
    </>
  );
}

function InWords({ call, isBack, heading: Heading }: Props) {
  const names = useMemo(() => namesIn(call.result), [call.result]);
  const isAsked = Object.keys(call.arguments).length > 0;
  return (
    <>
      <Heading className="call-head">What it was asked</Heading>
      {isAsked ? (
        <Data value={call.arguments} label="What it was asked" names={names} file={`${call.name}-asked`} keep={`asked ${call.id}`} />
      ) : (
        <p className="faint">Nothing in particular.</p>
      )}
      {isBack && <Heading className="call-head">What came back</Heading>}
      {isBack && <Data value={call.result} label="What came back" names={names} file={call.name} keep={`result ${call.id}`} />}
    </>
  );
}
