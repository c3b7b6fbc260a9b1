/** Finds what is better seen as a line: numbers over time, or numbers in a row. */

import type { JsonValue } from "../protocol";
import type { Fields, Rows } from "./rows";
import { cell, isBlank, words } from "./rows";

export interface Point {
  /** Where it is along the line: a time in milliseconds, or its number from 1. */
  at: number;
  value: number;
}

export interface Series {
  /** What the numbers are, if anybody says it. */
  label: string;
  points: Point[];
  isTime: boolean;
}

const FEWEST = 4;
const MOST_LINES = 3;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)/;

/** Numbers in a row as a line, or null when it is something else. */
export function lineOf(value: JsonValue): Series | null {
  if (!Array.isArray(value) || value.length < FEWEST) return null;
  if (!value.every((item) => typeof item === "number")) return null;
  return { label: "", points: value.map((item, index) => ({ at: index + 1, value: item })), isTime: false };
}

/**
 * The columns of numbers that go with a column of times. There are none in a table of things that merely have a time:
 * where words tell the rows apart, they are no line.
 */
export function linesOf({ rows, all }: Rows): Series[] {
  if (rows.length < FEWEST) return [];
  const time = all.find((column) => rows.every((row) => isTime(row[column])));
  if (time === undefined) return [];
  const others = all.filter((column) => column !== time);
  const numbers = others.filter((column) => rows.every((row) => isBlank(row[column]) || typeof row[column] === "number"));
  const rest = others.filter((column) => !numbers.includes(column));
  if (rest.some((column) => !isTheSame(rows, column))) return [];
  return numbers.slice(0, MOST_LINES).flatMap((column) => overTime(rows, time, column));
}

/** A line in one sentence, for whoever cannot see it. */
export function inWords({ label, points, isTime }: Series, exactly: (at: number) => string): string {
  const values = points.map((point) => point.value);
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const what = label === "" ? "Numbers" : label;
  const span = isTime ? `, ${exactly(first.at)} to ${exactly(last.at)}` : "";
  return `${what}: ${points.length} values${span}, between ${cell(least(values))} and ${cell(greatest(values))}, the last ${cell(last.value)}.`;
}

export function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

export function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}

/** At most about `most` points, the highest and the lowest of each stretch, so that no peak is lost. */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const step = Math.ceil((2 * points.length) / most);
  const kept: Point[] = [];
  for (let from = 0; from < points.length; from += step) {
    const stretch = points.slice(from, from + step);
    const low = stretch.reduce((a, b) => (b.value < a.value ? b : a));
    const high = stretch.reduce((a, b) => (b.value > a.value ? b : a));
    kept.push(...(low === high ? [low] : low.at < high.at ? [low, high] : [high, low]));
  }
  return kept;
}

function overTime(rows: readonly Fields[], time: string, column: string): Series[] {
  const points = rows.flatMap((row) => {
    const [at, value] = [row[time], row[column]];
    return typeof at === "string" && typeof value === "number" ? [{ at: momentOf(at), value }] : [];
  });
  const times = new Set(points.map((point) => point.at));
  if (times.size < FEWEST) return [];
  return [{ label: words(column), points: points.toSorted((a, b) => a.at - b.at), isTime: true }];
}

/** A day begins at the midnight of whoever reads it; by itself it would be taken for that of Greenwich. */
function momentOf(at: string): number {
  return Date.parse(DAY.test(at) ? `${at}T00:00` : at);
}

function isTime(value: JsonValue | undefined): boolean {
  return typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value));
}

function isTheSame(rows: readonly Fields[], column: string): boolean {
  const first = cell(rows[0]?.[column]);
  return rows.every((row) => cell(row[column]) === first);
}
