import type { JsonValue } from "../protocol";
import type { Names, Rows } from "./rows";
import { cell, shapeOf, words } from "./rows";

interface Props {
  value: JsonValue;
  label: string;
  /** Names to say instead of ids. */
  names: Names;
}

/** A value for people: rows as a table, fields as a list; anything else as text. */
export function Data({ value, label, names }: Props) {
  const shape = shapeOf(value);
  if (shape === null) return cell(value) === "" ? null : <p className="data-text">{cell(value, names)}</p>;
  const fields = Object.entries(shape.fields).filter(([, inner]) => cell(inner) !== "");
  return (
    <>
      {fields.length > 0 && (
        <dl className="fields">
          {fields.map(([name, inner]) => (
            <div key={name}>
              <dt>{words(name)}</dt>
              <dd>{cell(inner, names)}</dd>
            </div>
          ))}
        </dl>
      )}
      {shape.rows !== null && <Table table={shape.rows} label={label} names={names} />}
    </>
  );
}

function Table({ table, label, names }: { table: Rows; label: string; names: Names }) {
  const numeric = new Set(table.columns.filter((column) => table.rows.every((row) => isNumber(row[column]))));
  const look = (column: string) => (numeric.has(column) ? "num" : undefined);
  return (
    <>
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
                    {cell(row[column], names)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.hidden > 0 && <p className="faint data-text">More is known of each; all of it is in the JSON.</p>}
    </>
  );
}

function isNumber(value: JsonValue | undefined): boolean {
  return value === null || value === undefined || typeof value === "number";
}
