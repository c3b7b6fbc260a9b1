import type { ToolRunView } from "../../protocol/rest";
import { CallInside } from "../../ui/CallInside";
import { Disclosure } from "../../ui/Disclosure";
import { nameOf, outcomeOf } from "../../ui/runs";

/** One run of a tool: how it went, and inside what it was asked and what came back. */
export function Run({ run }: { run: ToolRunView }) {
  return (
    <>
      <Disclosure
        face={
          <>
            <span className={`dot ${run.status}`} aria-hidden="true" /> <b>{nameOf(run)}</b>
          </>
        }
        aside={outcomeOf(run)}
      >
        <CallInside call={run} isBack heading="h4" />
      </Disclosure>
      {run.error !== null && <p className="problem seen-error">{run.error.message}</p>}
    </>
  );
}
