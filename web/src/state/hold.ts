/** When the server says "not so fast": how long what is written waits here before it goes out by itself. */

import type { ErrorFrame } from "../protocol";

export interface Hold {
  /** When by the clock it goes on, in milliseconds. */
  until: number;
  /** So many were sent, which is as many as may be, within this time. */
  count: number;
  within: "minute" | "hour";
}

const WITHIN: Readonly<Record<string, Hold["within"]>> = {
  messages_per_minute: "minute",
  messages_per_connection: "minute",
  messages_per_hour: "hour",
};

/** The hold that a refusal puts on what is written; null where it is not about pace, or waiting would take a day. */
export function holdOf({ error_code, details }: ErrorFrame, now: number): Hold | null {
  if (error_code !== "rate_limit_exceeded" || details === null) return null;
  const { limit, maximum, retry_after } = details;
  const within = typeof limit === "string" ? WITHIN[limit] : undefined;
  if (within === undefined || typeof maximum !== "number" || typeof retry_after !== "number") return null;
  return { until: now + retry_after * 1000, count: maximum, within };
}
