/** Makes a tool's result readable: finds its table, and says things by name where it knows one. */

import type { JsonValue } from "../protocol";
import { atTime } from "./dates";

export type Fields = Record<string, JsonValue>;

export interface Rows {
  columns: string[];
  rows: Fields[];
  /** Every column that says something, also those that are left out. */
  all: string[];
}

/** What stands beside the rows, and the rows; either may be missing. */
export interface Shape {
  fields: Fields;
  rows: Rows | null;
}

/** Names by id, of everything that a value mentions with both. */
export type Names = ReadonlyMap<string, string>;

const COLUMNS = 6;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
const NUMBER = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 3 });
/** For what three decimals would make nothing of, or something else. */
const SMALL = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3 });
const TINY = new Intl.NumberFormat("en-GB", { notation: "scientific", maximumFractionDigits: 2 });

/** Columns whose numbers name something and count nothing. */
const NAMING = /(^|_)(id|year|number|no|nr|code|zip|postcode|port)$/i;

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
  const fields = Object.fromEntries(Object.entries(value).filter(([name, inner]) => name !== only?.name && !isId(name) && !isUntold(name, inner)));
  return { fields, rows: only?.rows ?? null };
}

/** Every name in `value` whose id stands beside it. */
export function namesIn(value: JsonValue): Names {
  const names = new Map<string, string>();
  const look = (inner: JsonValue): void => {
    if (Array.isArray(inner)) inner.forEach(look);
    else if (isFields(inner)) {
      if (typeof inner["id"] === "string" && typeof inner["name"] === "string") names.set(inner["id"], inner["name"]);
      Object.values(inner).forEach(look);
    }
  };
  look(value);
  return names;
}

/** A value as a cell shows it. */
export function cell(value: JsonValue | undefined, names: Names = new Map()): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return figure(value);
  if (isInstant(value)) return atTime(value);
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((inner) => cell(inner, names)).join(", ");
  return isFields(value) ? fieldsInWords(value, names) : "";
}

/** A value as the cell of a column, or the field of that name, shows it. */
export function cellIn(column: string, value: JsonValue | undefined, names: Names = new Map()): string {
  return typeof value === "number" && NAMING.test(column) ? String(value) : cell(value, names);
}

/** A number as it is read. What is not nothing is never said to be nothing. */
function figure(number: number): string {
  const size = Math.abs(number);
  if (size === 0 || size >= 0.1) return NUMBER.format(number);
  return (size >= 0.000_001 ? SMALL : TINY).format(number);
}

/** Whether a value is a point in time, as programs write one. */
export function isInstant(value: JsonValue | undefined): value is string {
  return typeof value === "string" && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
}

function fieldsInWords(fields: Fields, names: Names): string {
  if (typeof fields["name"] === "string") return fields["name"];
  return Object.entries(fields)
    .filter(([name, inner]) => !isId(name) && cell(inner) !== "")
    .map(([name, inner]) => `${words(name)} ${cellIn(name, inner, names)}`)
    .join(", ");
}

/** A field's name as a heading: `room_name` reads "room name". */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** The columns that tell most: no ids but numbers, nothing empty, and where there are many none that says the same everywhere. */
function tableOf(list: JsonValue[]): Rows | null {
  if (list.length === 0 || !list.every(isFields)) return null;
  const filled = filledIn(list);
  const named = [...filled.keys()].filter((column) => !isId(column) || list.some((row) => typeof row[column] === "number"));
  // Where there is nothing but ids, somebody asked for them.
  const told = named.length > 0 ? named : [...filled.keys()];
  const telling = told.length > COLUMNS ? told.filter((column) => column === "name" || differs(list, column)) : told;
  const most = telling.toSorted((a, b) => (filled.get(b) ?? 0) - (filled.get(a) ?? 0)).slice(0, COLUMNS);
  const best = new Set(most);
  return { columns: told.filter((column) => best.has(column)), rows: list, all: told };
}

/** How many rows say something in each column; those in which none does are left out. */
function filledIn(list: readonly Fields[]): Map<string, number> {
  const filled = new Map<string, number>();
  for (const row of list) {
    for (const [column, value] of Object.entries(row)) {
      if (!isBlank(value)) filled.set(column, (filled.get(column) ?? 0) + 1);
    }
  }
  return filled;
}

function differs(list: readonly Fields[], column: string): boolean {
  const first = cell(list[0]?.[column]);
  return list.length === 1 || list.some((row) => cell(row[column]) !== first);
}

/** Whether a value says nothing. */
export function isBlank(value: JsonValue | undefined): boolean {
  if (typeof value === "object" && value !== null) return cell(value) === "";
  return value === null || value === undefined || value === "";
}

/** That nothing was left out goes without saying. */
function isUntold(name: string, value: JsonValue): boolean {
  return name === "truncated" && value === false;
}

export function isId(name: string): boolean {
  return name === "id" || name.endsWith("_id");
}

function isFields(value: JsonValue | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
