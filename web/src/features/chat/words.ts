/** How things are said on the page. */

import type { Message, ToolCallPart, Turn } from "../../protocol";
import { isBuiltIn, nameOf } from "../../state/models";
import { stretch } from "../../ui/stretch";

/** Who answered, and what it took. */
export function whoAnswered(message: Message): string {
  if (message.model === null) return "";
  if (isBuiltIn(message.model)) return `${nameOf(message.model)} · no model used`;
  const tokens = message.usage?.total_tokens ?? 0;
  const about = message.usage?.estimated === true ? "about " : "";
  return tokens > 0 ? `${message.model} · ${about}${tokens.toLocaleString("en-GB")} tokens` : message.model;
}

/** What stands behind a tool's label: what came of it, and how long it took. */
export function aside(call: ToolCallPart): string {
  const said: string[] = [];
  if (call.summary && call.summary !== call.status) said.push(call.summary);
  if (call.status === "failed") said.push("failed");
  if (call.status === "denied") said.push("not allowed");
  if (call.status === "unknown") said.push("nobody knows whether it happened");
  if (call.status === "waiting") said.push("waits for you");
  if (call.cached) said.push("remembered from before");
  else if (call.duration_ms !== null) said.push(stretch(call.duration_ms));
  return said.join(" · ");
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

/** What an answer that has no words yet is doing. */
export function doing(message: Message): string | null {
  if (message.status !== "running") return null;
  const last = message.parts.at(-1);
  if (last === undefined || last.kind === "reasoning") return "Thinking…";
  if (last.kind === "tool_call" && (last.status === "completed" || last.status === "failed")) return "Reading what came back…";
  return null;
}

/** What a question is waiting for, if it is. */
export function waitingFor(turn: Turn | undefined): string | null {
  if (turn?.status === "queued") return "Answered next, when the one before is done.";
  if (turn?.status === "waiting") return "Waiting for your word.";
  return null;
}
