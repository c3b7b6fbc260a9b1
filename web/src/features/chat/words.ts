/** How things are said on the page. */

import type { JsonValue, Message, ToolCallPart, Turn } from "../../protocol";
import { isBuiltIn, nameOf } from "../../state/models";
import { costInWords } from "../../ui/money";
import { stretch } from "../../ui/stretch";

/** Who answered, and what it took. */
export function whoAnswered(message: Message): string {
  if (message.model === null) return "";
  if (isBuiltIn(message.model)) return `${nameOf(message.model)} · no model used`;
  const { usage } = message;
  const who = [message.model, ...beforeThem(message)].join(" ");
  if (message.cached) return `${who} · from before · no model asked`;
  if (usage === null || usage.total_tokens === 0) return who;
  const about = usage.estimated ? "about " : "";
  return `${who} · ${about}${usage.total_tokens.toLocaleString("en-GB")} tokens · ${costInWords(usage.cost)}`;
}

/** Who had been asked before whoever answered: "after den/small and openai/gpt". */
function beforeThem({ models }: Message): string[] {
  if (models === null || models.length < 2) return [];
  return [`after ${new Intl.ListFormat("en-GB").format(models.slice(0, -1))}`];
}

const AT_WORK = new Set<ToolCallPart["status"]>(["pending", "executing"]);

/** Whether a tool has not come back yet. */
export function isAtWork(call: ToolCallPart): boolean {
  return AT_WORK.has(call.status);
}

const STATES: Partial<Record<ToolCallPart["status"], string>> = {
  failed: "failed",
  denied: "not done",
  unknown: "nobody knows whether it happened",
  waiting: "waits for a word",
};

/** Who decided it, what it is not, and that it was taken back. */
function turnsOf({ decided_by, status, repeated, undo }: ToolCallPart): string[] {
  const said: string[] = [];
  if (decided_by !== null) said.push(`${decided_by} said ${status === "denied" ? "no" : "yes"}`);
  if (repeated) said.push("done before, not done again");
  if (undo === "done") said.push("taken back");
  return said;
}

/** What stands below a tool's line without being asked for: what went wrong, and what to do about it. */
export function whatNow({ status, error }: ToolCallPart): string | null {
  if (status === "failed" || status === "denied") return error?.message ?? null;
  if (status !== "unknown") return null;
  return error?.message ?? "It may have happened. Look at it before you ask for it again; it is not done a second time by itself.";
}

/** What stands behind a tool's label: what came of it, how long it took, and how far it can be trusted. */
export function aside(call: ToolCallPart): string {
  const said: string[] = [];
  if (call.summary && call.summary !== call.status) said.push(call.summary);
  const state = STATES[call.status];
  if (state !== undefined) said.push(state);
  said.push(...turnsOf(call));
  if (says(call.result, "is_offline")) said.push("offline, as last known");
  if (says(call.result, "is_estimated")) said.push("estimated");
  if (call.cached) said.push("remembered from before");
  else if (call.duration_ms !== null) said.push(stretch(call.duration_ms));
  return said.join(" · ");
}

/** Whether a result says something of itself. */
function says(result: JsonValue, mark: string): boolean {
  return typeof result === "object" && result !== null && !Array.isArray(result) && result[mark] === true;
}

const REASONS: Record<string, string> = {
  step_limit: "It took more steps than one answer may. What it found so far is above.",
  time_limit: "It took longer than one answer may. What it found so far is above.",
  output_limit: "It grew longer than one answer may. The beginning is above.",
  crash_loop: "Something on the server broke while this was answered. Nothing you wrote is lost.",
};

/** Why an answer that failed did: its own words, or those for the reason. */
export function whyFailed(message: Message): string {
  const code = message.error?.code ?? "";
  return message.error?.message ?? REASONS[code] ?? "This could not be answered. Nothing you wrote is lost.";
}

/** What an answer that has no words yet is doing, and `who` does it where that is known. */
export function doing(message: Message | null, who: string | null): string | null {
  if (message !== null && message.status !== "running") return null;
  const last = message?.parts.at(-1);
  if (last === undefined || last.kind === "reasoning") return thinking(who);
  if (last.kind === "tool_call" && (last.status === "completed" || last.status === "failed")) return "Reading what came back…";
  return null;
}

/** What an answer waits for that is held up, or null. */
export function holdUp(reason: string | null): string | null {
  return reason === "no_room" ? "Waiting until a model has room…" : null;
}

function thinking(who: string | null): string {
  if (who === null) return "Thinking…";
  return isBuiltIn(who) ? "Looking it up…" : `${nameOf(who)} is thinking…`;
}

/** What a question is waiting for, if it is. */
export function waitingFor(turn: Turn | undefined): string | null {
  if (turn?.status === "queued") return "Answered next, when the one before is done.";
  if (turn?.status === "waiting") return "Waiting for your word.";
  return null;
}

/** Why an attempt at an answer was cut. */
export function whyCut(reason: string): string {
  if (reason === "restart") return "The server was started again in the middle of it.";
  return "The model broke off in the middle of it.";
}
