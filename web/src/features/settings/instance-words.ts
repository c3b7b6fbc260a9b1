/** How a model does, in words. */

import type { InstanceView, Place } from "../../protocol/routing";
import { atTime, timeOf } from "../../ui/dates";

const PLACES: Record<Place, string> = { fast: "fast", balanced: "balanced", strong: "strong", fallback: "stands in for others" };

/** Whether it is asked now, and if not, why and until when. */
export function standsAs({ state, rests_until, failures_in_a_row, max_connections, calls }: InstanceView): string {
  switch (state) {
    case "resting": {
      const until = rests_until === null ? "" : ` until ${timeOf(rests_until)}`;
      return `Resting${until} after ${String(failures_in_a_row)} failures in a row.`;
    }
    case "trying":
      return "It has rested, and is tried with the next question.";
    case "full":
      return `Busy: it writes ${counted(max_connections, "answer")} at once, and may not write more.`;
    case "failing":
      return "Left out for a moment: more than half of what it was asked in the last minute failed.";
    case "ready":
      return calls === 0 ? "Ready, and not asked yet." : "Ready.";
  }
}

/** How it has done so far: nothing where it was not asked. */
export function hasDone({ calls, errors, average_seconds, connections, success_rate, score }: InstanceView): string {
  if (calls === 0) return "";
  const told = [
    `asked ${counted(calls, "time")}`,
    errors === 0 ? "never failed" : `failed ${counted(errors, "time")}`,
    average_seconds === null ? null : `${average_seconds.toLocaleString("en-GB", { maximumSignificantDigits: 2 })} s an answer`,
    errors === 0 ? null : `${String(Math.round(success_rate * 100))} % of the last answered`,
    connections === 0 ? null : `writing ${counted(connections, "answer")}`,
    `score ${score.toFixed(2)}`,
  ];
  return told.filter((words) => words !== null).join(" · ");
}

/** What went wrong last; nothing where nothing did. */
export function wentWrong({ last_error, last_error_at }: InstanceView): string {
  return last_error === null ? "" : `Last failed ${last_error_at === null ? "" : `${atTime(last_error_at)}: `}${last_error.message}`;
}

/** Where it stands in the routes, and where the talk goes. */
export function placedAt({ places, host }: InstanceView): string {
  return [...places.map((place) => PLACES[place]), host].filter((words) => words !== "").join(" · ");
}

function counted(number: number, thing: string): string {
  return `${number.toLocaleString("en-GB")} ${thing}${number === 1 ? "" : "s"}`;
}
