import type { SubmitEvent } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Approval, Json } from "../../protocol";
import type { ToolView } from "../../protocol/rest";
import { useAsked } from "../../state/asked";
import { NotCome } from "../../ui/NotCome";
import { SchemaLine } from "../../ui/SchemaLine";
import type { Written, Wrong } from "../../ui/schema";
import { argumentsFrom, firstWritten, linesFor } from "../../ui/schema";

interface Props {
  approval: Approval;
  /** Why the server did not take what was sent. */
  problem: string | null;
  isBusy: boolean;
  send: (changed: Json) => void;
  leave: () => void;
}

/** What the tool is called with, to be changed before it is done. */
export function ArgumentsForm(props: Props) {
  const { project_id, tool_name } = props.approval;
  const { value: tools, problem, again } = useAsked(`tools ${project_id}`, (rest) => rest.tools(project_id));
  if (problem !== null) return <NotCome why={problem} again={again} />;
  if (tools === null) return <p className="faint">Fetching what can be changed…</p>;
  return <Lines {...props} tool={tools.find(({ name }) => name === tool_name) ?? null} />;
}

function Lines({ approval, problem, isBusy, send, leave, tool }: Props & { tool: ToolView | null }) {
  const lines = useMemo(() => linesFor(tool?.parameters ?? null, approval.arguments), [tool, approval.arguments]);
  const [written, setWritten] = useState<Written>(() => firstWritten(lines, approval.arguments));
  const [wrong, setWrong] = useState<Wrong>({});
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, select, textarea")?.focus(), []);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const made = argumentsFrom(lines, written);
    setWrong(made.wrong);
    const [first] = Object.keys(made.wrong);
    if (first === undefined) send(made.arguments);
    else form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
  };
  return (
    <form
      ref={form}
      className="approval-form"
      noValidate
      aria-label="Change what is done"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          leave();
          // Enter sends a message elsewhere; here it would decide, so only the button does.
        } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
      }}
    >
      {lines.map((line) => (
        <SchemaLine
          key={line.name}
          line={line}
          value={written[line.name] ?? ""}
          problem={wrong[line.name]}
          put={(text) => setWritten({ ...written, [line.name]: text })}
        />
      ))}
      {problem !== null && (
        <p className="problem" role="alert">
          {problem} What you wrote is still here.
        </p>
      )}
      <div className="approval-acts">
        <button type="submit" className="main" aria-disabled={isBusy}>
          Do it so
        </button>
        <button type="button" className="plain" onClick={leave}>
          Back
        </button>
      </div>
    </form>
  );
}
