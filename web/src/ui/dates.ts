/** Dates in words, in the time of whoever reads them. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const DAY_OF_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

/** How long before `now` it was: "5 min ago", "yesterday, 14:05", "12 Nov, 14:05". What lies ahead has just been. */
export function since(at: string, now: number): string {
  const then = new Date(at);
  const past = now - then.getTime();
  if (Number.isNaN(past)) return "";
  if (past < 0.75 * MINUTE) return "just now";
  if (past < HOUR) return `${Math.max(1, Math.round(past / MINUTE))} min ago`;
  const days = daysBetween(then, new Date(now));
  if (days === 0) return `${Math.floor(past / HOUR)} h ago`;
  if (days === 1) return `yesterday, ${TIME.format(then)}`;
  const day = then.getFullYear() === new Date(now).getFullYear() ? DAY : DAY_OF_YEAR;
  return `${day.format(then)}, ${TIME.format(then)}`;
}

/** When it will be, seen from `now`: "today, 18:05", "tomorrow, 18:05", "2 Dec, 18:05". */
export function until(at: string, now: number): string {
  const then = new Date(at);
  const days = daysBetween(new Date(now), then);
  if (days === 0) return `today, ${TIME.format(then)}`;
  if (days === 1) return `tomorrow, ${TIME.format(then)}`;
  const day = then.getFullYear() === new Date(now).getFullYear() ? DAY : DAY_OF_YEAR;
  return `${day.format(then)}, ${TIME.format(then)}`;
}

/** The day: "2 November 2026". */
export function day(at: string): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/** The time to the minute: "14:05". */
export function timeOf(at: string): string {
  return TIME.format(new Date(at));
}

/** The date and the time to the minute. */
export function atTime(at: string): string {
  const then = new Date(at);
  return `${DAY_OF_YEAR.format(then)}, ${TIME.format(then)}`;
}

/** The date and the time to the second. */
export function exactly(at: string): string {
  const then = new Date(at);
  return Number.isNaN(then.getTime()) ? at : EXACT.format(then);
}

/** How many midnights lie between. */
function daysBetween(then: Date, now: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(now) - midnight(then)) / (24 * HOUR));
}
