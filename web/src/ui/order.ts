/** The order in which somebody wants to see rows. */

import type { JsonValue } from "../protocol";
import type { Fields, Names } from "./rows";
import { cell, isBlank, isInstant } from "./rows";

export interface Order {
  column: string;
  isDescending: boolean;
}

const WORDS = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

/** What pressing the head of a column leads to: upwards, then downwards, then as the rows came. */
export function orderAfter(order: Order | null, column: string): Order | null {
  if (order?.column !== column) return { column, isDescending: false };
  return order.isDescending ? null : { column, isDescending: true };
}

/** The rows in their order: numbers as numbers, words as words, what says nothing at the end. */
export function ordered(rows: readonly Fields[], order: Order | null, names: Names): readonly Fields[] {
  if (order === null) return rows;
  const way = order.isDescending ? -1 : 1;
  const said = rows.filter((row) => !isBlank(row[order.column]));
  const silent = rows.filter((row) => isBlank(row[order.column]));
  const keyed = said.map((row) => ({ row, key: keyOf(row[order.column], names) }));
  keyed.sort((a, b) => way * compared(a.key, b.key));
  return [...keyed.map(({ row }) => row), ...silent];
}

type Key = number | string;

function keyOf(value: JsonValue | undefined, names: Names): Key {
  return typeof value === "number" || isInstant(value) ? value : cell(value, names);
}

/** Numbers come before words. */
function compared(a: Key, b: Key): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return WORDS.compare(a, b);
  return typeof a === "number" ? -1 : 1;
}
