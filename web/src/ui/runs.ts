/** The run of a tool in words: what ran, and how it went. */

import type { ToolRunView } from "../protocol/rest";
import { words } from "./rows";
import { stretch } from "./stretch";

const STATUS: Record<ToolRunView["status"], string> = {
  pending: "not begun yet",
  waiting: "waits for a person",
  executing: "running",
  completed: "done",
  failed: "failed",
  denied: "not done",
  unknown: "nobody knows whether it happened",
};

export function outcomeOf({ status, cached, duration_ms }: Pick<ToolRunView, "status" | "cached" | "duration_ms">): string {
  if (cached) return `${STATUS[status]} · remembered from before`;
  return duration_ms === null ? STATUS[status] : `${STATUS[status]} · ${stretch(duration_ms)}`;
}

export function nameOf({ name }: Pick<ToolRunView, "name">): string {
  const said = words(name);
  return said.slice(0, 1).toUpperCase() + said.slice(1);
}
