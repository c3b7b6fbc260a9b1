import type { JsonValue } from "../protocol";
import { Area, Choice, Field } from "./Field";
import type { Line } from "./schema";

interface Props {
  line: Line;
  value: string;
  problem: string | undefined;
  put: (text: string) => void;
}

/** A line of a form that was made of a schema. */
export function SchemaLine({ line, value, problem, put }: Props) {
  const { name, kind, isRequired } = line;
  const label = isRequired ? line.label : `${line.label} (may stay empty)`;
  const shared = { name, label, value, problem, onText: put, ...(line.hint !== "" && { hint: line.hint }) };
  switch (kind) {
    case "choice":
      return <Choice {...shared} options={optionsOf(line)} />;
    case "list":
      return <Area {...shared} hint={[line.hint, "One on each line."].filter(Boolean).join(" ")} />;
    case "json":
      return <Area {...shared} spellCheck={false} hint={[line.hint, "As JSON."].filter(Boolean).join(" ")} />;
    case "number":
    case "whole":
      return <Field {...shared} inputMode={kind === "whole" ? "numeric" : "decimal"} autoComplete="off" />;
    case "text":
      if (line.isSecret) return <Field {...shared} type="password" autoComplete="off" />;
      return line.hasLines ? <Area {...shared} /> : <Field {...shared} dir="auto" autoComplete="off" />;
  }
}

function optionsOf({ options, isRequired, mayBeNull }: Line): [string, string][] {
  const none: [string, string][] = isRequired && !mayBeNull ? [] : [["", "nothing"]];
  return [...none, ...options.map((option): [string, string] => [JSON.stringify(option), said(option)])];
}

function said(option: JsonValue): string {
  if (typeof option === "boolean") return option ? "yes" : "no";
  return typeof option === "string" ? option : JSON.stringify(option);
}
