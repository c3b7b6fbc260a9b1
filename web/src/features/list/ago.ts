/** How long ago something was, in words that stay short. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WORDS = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

/** How a moment looks in a list at `now`: "now", "5 min", "3 h", "Tue", "3 Nov", "Nov 2025". */
export function ago(moment: Date, now: number): string {
  const passed = now - moment.getTime();
  if (passed < MINUTE) return "now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h`;
  if (passed < 6 * DAY) return moment.toLocaleDateString("en-GB", { weekday: "short" });
  const sameYear = moment.getFullYear() === new Date(now).getFullYear();
  return moment.toLocaleDateString("en-GB", sameYear ? { day: "numeric", month: "short" } : { month: "short", year: "numeric" });
}

/** The same, said: "5 minutes ago", "yesterday", "on 3 November 2025". */
export function agoSaid(moment: Date, now: number): string {
  const passed = now - moment.getTime();
  if (passed < MINUTE) return "just now";
  if (passed < HOUR) return WORDS.format(-Math.floor(passed / MINUTE), "minute");
  if (passed < DAY) return WORDS.format(-Math.floor(passed / HOUR), "hour");
  if (passed < 6 * DAY) return WORDS.format(-Math.floor(passed / DAY), "day");
  return `on ${moment.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}`;
}
