import { useState } from "react";
import type { ToolRunView } from "../../protocol/rest";
import { Data } from "../../ui/Data";
import { Disclosure } from "../../ui/Disclosure";
import { namesIn, words } from "../../ui/rows";
import { stretch } from "../../ui/stretch";

/** One run of a tool: how it went, and inside what it was asked and what came back. */
export function Run({ run }: { run: ToolRunView }) {
  const [raw, setRaw] = useState(false);
  const names = namesIn(run.result);
  return (
    <>
      <Disclosure
        face={
          <>
            <span className={`dot ${run.status}`} aria-hidden="true" /> <b>{sentenceCase(words(run.name))}</b>
          </>
        }
        aside={outcome(run)}
      >
        <p className="seen-name">
          <code>{run.name}</code>
          <button className="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
            {raw ? "As a table" : "As JSON"}
          </button>
        </p>
        {raw ? (
          <pre tabIndex={0}>{JSON.stringify({ arguments: run.arguments, result: run.result, error: run.error }, null, 2)}</pre>
        ) : (
          <>
            <h4>What it was asked</h4>
            <Data value={run.arguments} label="What it was asked" names={names} file={`${run.name}-asked`} keep={`asked ${run.id}`} />
            {Object.keys(run.arguments).length === 0 && <p className="faint">Nothing in particular.</p>}
            <h4>What came back</h4>
            {run.result === null ? <p className="faint">Nothing.</p> : <Data value={run.result} label="What came back" names={names} file={run.name} keep={`result ${run.id}`} />}
          </>
        )}
      </Disclosure>
      {run.error !== null && <p className="problem seen-error">{run.error.message}</p>}
    </>
  );
}

const STATUS: Record<ToolRunView["status"], string> = {
  pending: "not begun yet",
  waiting: "waits for a person",
  executing: "running",
  completed: "done",
  failed: "failed",
  denied: "not allowed",
  unknown: "nobody knows whether it happened",
};

function outcome({ status, cached, duration_ms }: ToolRunView): string {
  if (cached) return `${STATUS[status]} · remembered from before`;
  return duration_ms === null ? STATUS[status] : `${STATUS[status]} · ${stretch(duration_ms)}`;
}

function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
