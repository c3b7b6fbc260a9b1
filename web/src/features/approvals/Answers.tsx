import type { SubmitEvent } from "react";
import { useId, useMemo, useRef, useState } from "react";
import type { Approval, Json } from "../../protocol";
import { Area, Choice, Field } from "../../ui/Field";
import type { Filled, FormField, Some } from "./form";
import { answersFrom, firstFilled, formOf } from "./form";

interface Props {
  approval: Approval;
  form: Json;
  /** Why the server did not take what was sent. */
  problem: string | null;
  isBusy: boolean;
  send: (answers: Json) => void;
  decline: () => void;
}

/** What may hold more characters is written on several lines. */
const LONG = 200;

/** What a tool wants to know before it goes on, to be filled in. Its words are those of whoever asks. */
export function Answers({ approval, form, problem, isBusy, send, decline }: Props) {
  const { fields } = useMemo(() => formOf(form), [form]);
  const [filled, setFilled] = useState<Filled>(() => firstFilled(form));
  const [wrong, setWrong] = useState<ReadonlyMap<string, string>>(new Map());
  const lines = useRef<HTMLFormElement>(null);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const made = answersFrom(fields, filled);
    setWrong(made.wrong);
    const first = fields.findIndex(({ name }) => made.wrong.has(name));
    if (first === -1) send(made.answers);
    else lines.current?.querySelectorAll<HTMLElement>("[data-field]")[first]?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  };
  return (
    <form
      ref={lines}
      className="approval-form"
      noValidate
      aria-label={`Answers for ${approval.label}`}
      onSubmit={submit}
      onKeyDown={(event) => {
        // Enter sends a message elsewhere; here it would decide, so only the button does. Escape stops the answer
        // elsewhere, and with it what was filled in here would be gone.
        if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
        else if (event.key === "Escape") event.stopPropagation();
      }}
    >
      {fields.map((field) => (
        <div key={field.name} data-field>
          <One
            field={field}
            value={filled.get(field.name)}
            problem={wrong.get(field.name)}
            put={(value) => setFilled(new Map(filled).set(field.name, value))}
          />
        </div>
      ))}
      {problem !== null && (
        <p className="problem" role="alert">
          {problem} What you wrote is still here.
        </p>
      )}
      <div className="approval-acts">
        <button type="submit" className="main" aria-disabled={isBusy}>
          Send
        </button>
        <button type="button" className="plain" aria-disabled={isBusy} onClick={decline}>
          Decline
        </button>
      </div>
    </form>
  );
}

interface OneProps {
  field: FormField;
  value: string | boolean | readonly string[] | undefined;
  problem: string | undefined;
  put: (value: string | boolean | readonly string[]) => void;
}

function One({ field, value, problem, put }: OneProps) {
  const { title, description, isRequired } = field;
  const text = typeof value === "string" ? value : "";
  const hint = description === "" ? {} : { hint: description };
  const shared = { label: isRequired ? `${title} *` : title, "aria-required": isRequired, value: text, problem, onText: put, ...hint };
  switch (field.kind) {
    case "yes":
      return <Tick field={field} isOn={value === true} put={put} />;
    case "some":
      return <Several field={field} value={value} problem={problem} put={put} />;
    case "one":
      return <Choice {...shared} options={[["", isRequired ? "Choose one" : "nothing"], ...field.among]} />;
    case "number":
      return <Field {...shared} inputMode={field.isWhole ? "numeric" : "decimal"} autoComplete="off" />;
    case "text":
      if (field.format === "" && field.most > LONG) return <Area {...shared} rows={2} />;
      return <Field {...shared} type={TYPES[field.format] ?? "text"} dir="auto" autoComplete="off" />;
  }
}

const TYPES: Readonly<Record<string, string>> = { email: "email", uri: "url", date: "date", "date-time": "datetime-local" };

function Tick({ field, isOn, put }: { field: FormField; isOn: boolean; put: (isOn: boolean) => void }) {
  const id = useId();
  return (
    <div className="approval-tick">
      <label>
        <input
          type="checkbox"
          checked={isOn}
          aria-describedby={field.description === "" ? undefined : id}
          onChange={(event) => put(event.target.checked)}
        />
        <bdi>{field.title}</bdi>
      </label>
      {field.description !== "" && (
        <p id={id} className="faint" dir="auto">
          {field.description}
        </p>
      )}
    </div>
  );
}

function Several({ field, value, problem, put }: OneProps & { field: Some }) {
  const id = useId();
  const chosen: readonly string[] = Array.isArray(value) ? value : [];
  const by = [field.description !== "" && `${id}-hint`, problem !== undefined && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <fieldset className="approval-several" aria-describedby={by === "" ? undefined : by}>
      <legend>
        <bdi>{field.title}</bdi>
        {field.isRequired && " *"}
      </legend>
      {field.among.map(([one, title]) => (
        <label key={one}>
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            aria-invalid={problem !== undefined}
            onChange={(event) => put(event.target.checked ? [...chosen, one] : chosen.filter((each) => each !== one))}
          />
          <bdi>{title}</bdi>
        </label>
      ))}
      {problem !== undefined && (
        <p id={`${id}-problem`} className="problem">
          {problem}
        </p>
      )}
      {field.description !== "" && (
        <p id={`${id}-hint`} className="faint" dir="auto">
          {field.description}
        </p>
      )}
    </fieldset>
  );
}
