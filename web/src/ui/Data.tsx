import type { JsonValue } from "../protocol";
import type { Rows } from "./rows";
import { cell, shapeOf, words } from "./rows";

/** A value for people: rows as a table, fields as a list; anything else as text. */
export function Data({ value, label }: { value: JsonValue; label: string }) {
  const shape = shapeOf(value);
  if (shape === null) return cell(value) === "" ? null : <p className="data-text">{cell(value)}</p>;
  const fields = Object.entries(shape.fields).filter(([, inner]) => cell(inner) !== "");
  return (
    <>
      {fields.length > 0 && (
        <dl className="fields">
          {fields.map(([name, inner]) => (
            <div key={name}>
              <dt>{words(name)}</dt>
              <dd>{cell(inner)}</dd>
            </div>
          ))}
        </dl>
      )}
      {shape.rows !== null && <Table table={shape.rows} label={label} />}
    </>
  );
}

function Table({ table, label }: { table: Rows; label: string }) {
  const numeric = new Set(
    table.columns.filter((column) => table.rows.every((row) => row[column] === null || typeof row[column] === "number")),
  );
  const look = (column: string) => (numeric.has(column) ? "num" : undefined);
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} className={look(column)} scope="col">
                {words(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {table.columns.map((column) => (
                <td key={column} className={look(column)}>
                  {cell(row[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
