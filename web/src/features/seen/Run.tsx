import { useMemo, useState } from "react";
import type { ToolRunView } from "../../protocol/rest";
import { CopyButton } from "../../ui/CopyButton";
import { Data } from "../../ui/Data";
import { Disclosure } from "../../ui/Disclosure";
import { namesIn, words } from "../../ui/rows";
import { stretch } from "../../ui/stretch";

/** One run of a tool: how it went, and inside what it was asked and what came back. */
export function Run({ run }: { run: ToolRunView }) {
  const [isRaw, setRaw] = useState(false);
  const raw = () => JSON.stringify({ arguments: run.arguments, result: run.result, error: run.error }, null, 2);
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
          <span>
            {isRaw && <CopyButton text={raw} of="the JSON" />}
            <button className="quiet" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
              {isRaw ? "In words" : "As JSON"}
            </button>
          </span>
        </p>
        {isRaw ? <pre tabIndex={0}>{raw()}</pre> : <InWords run={run} />}
      </Disclosure>
      {run.error !== null && <p className="problem seen-error">{run.error.message}</p>}
    </>
  );
}

function InWords({ run }: { run: ToolRunView }) {
  const names = useMemo(() => namesIn(run.result), [run.result]);
  const isAsked = Object.keys(run.arguments).length > 0;
  return (
    <>
      <h4>What it was asked</h4>
      {isAsked ? (
        <Data value={run.arguments} label="What it was asked" names={names} file={`${run.name}-asked`} keep={`asked ${run.id}`} />
      ) : (
        <p className="faint">Nothing in particular.</p>
      )}
      <h4>What came back</h4>
      <Data value={run.result} label="What came back" names={names} file={run.name} keep={`result ${run.id}`} />
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
