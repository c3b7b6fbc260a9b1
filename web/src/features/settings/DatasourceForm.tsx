import type { DatasourceKind, DatasourceView } from "../../protocol/datasources";
import { Choice, Field } from "../../ui/Field";
import { SchemaLine } from "../../ui/SchemaLine";
import { Form } from "./Form";
import { useDatasourceForm } from "./use-datasource-form";
import type { Looking } from "./use-datasource-trial";

interface Props {
  project: string;
  /** What is changed; null for a new one. */
  known: DatasourceView | null;
  /** Whether it is for oneself alone. */
  isMine: boolean;
  /** What may be added, never empty. */
  kinds: readonly DatasourceKind[];
  kept: (datasource: DatasourceView) => void;
  leave: () => void;
}

const CHANGES = [
  ["no", "It is only read"],
  ["yes", "It may be changed; each change asks first"],
] as const;

/** A datasource, written down, looked at and kept. Whatever goes wrong, what was written stays. */
export function DatasourceForm({ project, known, isMine, kinds, kept, leave }: Props) {
  const draft = useDatasourceForm(project, known, isMine, kinds, kept);
  const { about, say } = draft;
  const label = known === null ? "A new datasource" : `Change ${known.name}`;
  return (
    <Form label={label} problem={draft.problem} busy={draft.busy} send="Check and keep" onSend={() => void draft.save()} leave={leave}>
      {isMine && <p className="soft">Nobody else sees it, and only your own questions use it.</p>}
      {known === null && kinds.length > 1 && (
        <Choice label="Kind" value={draft.kind} options={kinds.map(({ name, title }) => [name, title] as const)} onText={draft.choose} />
      )}
      <Field label="Name" value={about.name} maxLength={100} autoFocus hint="By which it is asked for, such as “shop”." onText={(name) => say({ name })} />
      <Field
        label="What is in it (may stay empty)"
        value={about.description}
        maxLength={1000}
        dir="auto"
        hint="For people, and for models that look for something."
        onText={(description) => say({ description })}
      />
      {draft.lines.map((line) => (
        <SchemaLine
          key={`${draft.kind} ${line.name}`}
          line={line}
          value={draft.written[line.name] ?? ""}
          problem={draft.wrong[line.name]}
          put={(text) => draft.write(line, text)}
        />
      ))}
      <Choice label="Changes" value={about.writable ? "yes" : "no"} options={CHANGES} onText={(text) => say({ writable: text === "yes" })} />
      <Trial trial={draft.trial} check={() => void draft.check()} />
    </Form>
  );
}

function Trial({ trial, check }: { trial: Looking; check: () => void }) {
  const isWell = trial.works || trial.isUnderWay;
  return (
    <div className="provider-test">
      <button type="button" className="plain" disabled={trial.isUnderWay} onClick={check}>
        Check
      </button>
      <p role="status" className={isWell ? "soft" : "problem"}>
        {trial.words}
      </p>
    </div>
  );
}
