import { useMemo } from "react";
import type { JsonValue } from "../protocol";
import { Plot } from "./Plot";
import type { Names } from "./rows";
import { cell, cellIn, shapeOf, words } from "./rows";
import type { Series } from "./series";
import { lineOf, linesOf } from "./series";
import { Table } from "./Table";

interface Props {
  value: JsonValue;
  label: string;
  /** Names to say instead of ids. */
  names: Names;
  /** What a downloaded file is called. */
  file: string;
  /** Tells it from everything else that is shown. */
  keep: string;
}

/** A value for people: rows as a table, numbers over time as a line, fields as a list; anything else as text. */
export function Data({ value, label, names, file, keep }: Props) {
  const shape = useMemo(() => shapeOf(value), [value]);
  const lines = useMemo(() => linesIn(value), [value]);
  if (shape === null) return lines.length > 0 ? <Lines lines={lines} /> : <Words text={cell(value, names)} />;
  const fields = Object.entries(shape.fields).filter(([, inner]) => cell(inner) !== "" && lineOf(inner) === null);
  return (
    <>
      {fields.length > 0 && (
        <dl className="fields">
          {fields.map(([name, inner]) => (
            <div key={name}>
              <dt>{words(name)}</dt>
              <dd dir="auto">{cellIn(name, inner, names)}</dd>
            </div>
          ))}
        </dl>
      )}
      <Lines lines={lines} />
      {shape.rows !== null && <Table table={shape.rows} label={label} names={names} file={file} keep={keep} />}
    </>
  );
}

function Lines({ lines }: { lines: readonly Series[] }) {
  return lines.map((series, index) => <Plot key={index} series={series} />);
}

function Words({ text }: { text: string }) {
  return (
    <p className="data-text" dir="auto">
      {text === "" ? "Nothing." : text}
    </p>
  );
}

/** The lines in a value: of its rows, of its fields, or the value itself. */
function linesIn(value: JsonValue): Series[] {
  const own = lineOf(value);
  if (own !== null) return [own];
  const shape = shapeOf(value);
  const inFields = Object.entries(shape?.fields ?? {}).flatMap(([name, inner]) => {
    const line = lineOf(inner);
    return line === null ? [] : [{ ...line, label: words(name) }];
  });
  return [...inFields, ...(shape?.rows ? linesOf(shape.rows) : [])];
}
