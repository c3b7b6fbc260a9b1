import type { InputHTMLAttributes } from "react";
import { useId } from "react";
import "./field.css";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> {
  label: string;
  value: string;
  onText: (text: string) => void;
  /** What helps to fill it in. */
  hint?: string;
  /** What is wrong with what stands in it. */
  problem?: string | undefined;
}

/** A line to write in, with its name, a hint, and what is wrong with what was written. */
export function Field({ label, value, onText, hint, problem, ...input }: Props) {
  const id = useId();
  const said = [hint !== undefined && `${id}-hint`, problem !== undefined && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={said === "" ? undefined : said}
        onChange={(event) => onText(event.target.value)}
      />
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
