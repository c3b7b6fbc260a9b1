import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { useId } from "react";
import "./field.css";

interface Named {
  label: string;
  value: string;
  onText: (text: string) => void;
  /** What helps to fill it in. */
  hint?: string;
  /** What is wrong with what stands in it. */
  problem?: string | undefined;
}

type Others<A> = Omit<A, "onChange" | "value">;

/** A line to write in, with its name, a hint, and what is wrong with what was written. */
export function Field({ label, value, onText, hint, problem, ...input }: Named & Others<InputHTMLAttributes<HTMLInputElement>>) {
  return (
    <Around label={label} hint={hint} problem={problem}>
      {(said) => <input {...input} {...said} value={value} onChange={(event) => onText(event.target.value)} />}
    </Around>
  );
}

/** Several lines to write in. */
export function Area({ label, value, onText, hint, problem, ...area }: Named & Others<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  return (
    <Around label={label} hint={hint} problem={problem}>
      {(said) => <textarea rows={3} dir="auto" {...area} {...said} value={value} onChange={(event) => onText(event.target.value)} />}
    </Around>
  );
}

interface ChoiceProps extends Named, Others<SelectHTMLAttributes<HTMLSelectElement>> {
  /** Each value with the words for it. */
  options: readonly (readonly [string, string])[];
}

/** One of several. */
export function Choice({ label, value, onText, hint, problem, options, ...select }: ChoiceProps) {
  return (
    <Around label={label} hint={hint} problem={problem}>
      {(said) => (
        <select {...select} {...said} value={value} onChange={(event) => onText(event.target.value)}>
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Around>
  );
}

interface Said {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

interface AroundProps {
  label: string;
  hint: string | undefined;
  problem: string | undefined;
  children: (said: Said) => ReactNode;
}

function Around({ label, hint, problem, children }: AroundProps) {
  const id = useId();
  const by = [hint !== undefined && `${id}-hint`, problem !== undefined && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-invalid": problem !== undefined, "aria-describedby": by === "" ? undefined : by })}
      {problem !== undefined && (
        <p id={`${id}-problem`} className="problem">
          {problem}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="faint">
          {hint}
        </p>
      )}
    </div>
  );
}
