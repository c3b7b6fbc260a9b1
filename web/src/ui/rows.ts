/** Finds the table in a tool's result. */

import type { JsonValue } from "../protocol";

type Fields = Record<string, JsonValue>;

export interface Rows {
  columns: string[];
  rows: Fields[];
}

/** What stands beside the rows, and the rows; either may be missing. */
export interface Shape {
  fields: Fields;
  rows: Rows | null;
}

/** A list of objects is a table; an object may hold one such list beside its plain fields. */
export function shapeOf(value: JsonValue): Shape | null {
  if (Array.isArray(value)) {
    const rows = tableOf(value);
    return rows === null ? null : { fields: {}, rows };
  }
  if (!isFields(value)) return null;
  const lists = Object.entries(value).flatMap(([name, inner]) => {
    const rows = Array.isArray(inner) ? tableOf(inner) : null;
    return rows === null ? [] : [{ name, rows }];
  });
  const only = lists.length === 1 ? lists[0] : undefined;
  const fields = Object.fromEntries(Object.entries(value).filter(([name]) => name !== only?.name));
  return { fields, rows: only?.rows ?? null };
}

/** A value as a cell shows it. */
export function cell(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return value.toLocaleString("en-GB", { maximumFractionDigits: 3 });
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(cell).join(", ");
  return Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== "")
    .map(([name, inner]) => `${words(name)} ${cell(inner)}`)
    .join(", ");
}

/** A field's name as a heading: `room_name` reads "room name". */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

function tableOf(list: JsonValue[]): Rows | null {
  if (list.length === 0 || !list.every(isFields)) return null;
  const columns = [...new Set(list.flatMap((row) => Object.keys(row)))];
  const told = columns.filter((column) => list.some((row) => cell(row[column]) !== ""));
  return { columns: told, rows: list };
}

function isFields(value: JsonValue): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
