import type { ToolRunView } from "../../protocol/rest";
import { CallInside } from "../../ui/CallInside";
import { Disclosure } from "../../ui/Disclosure";
import { words } from "../../ui/rows";
import { stretch } from "../../ui/stretch";

/** One run of a tool: how it went, and inside what it was asked and what came back. */
export function Run({ run }: { run: ToolRunView }) {
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
        <CallInside call={run} isBack heading="h4" />
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
  denied: "not done",
  unknown: "nobody knows whether it happened",
};

function outcome({ status, cached, duration_ms }: ToolRunView): string {
  if (cached) return `${STATUS[status]} · remembered from before`;
  return duration_ms === null ? STATUS[status] : `${STATUS[status]} · ${stretch(duration_ms)}`;
}

function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
