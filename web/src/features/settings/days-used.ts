/** Days of a report, each as it is in UTC. */

import type { SpentBy, UsageReport } from "../../protocol/spending";
import type { Point } from "../../ui/series";

const DAY = 24 * 60 * 60 * 1000;

/** The first and the last of so many days, of which the last is today. */
export function periodOf(today: number, days: number): { since: string; until: string } {
  return { since: dayOf(today - (days - 1) * DAY), until: dayOf(today) };
}

/** A point for every day of a report; a day on which nothing was used is one too. */
export function daysOf(report: UsageReport, worth: (row: SpentBy) => number): Point[] {
  const used = new Map(report.rows.map((row) => [row.key, worth(row)]));
  const points: Point[] = [];
  // At noon, which is the same day nearly everywhere.
  for (let at = Date.parse(report.since) + DAY / 2; at < Date.parse(report.until) + DAY; at += DAY) points.push({ at, value: used.get(dayOf(at)) ?? 0 });
  return points;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
