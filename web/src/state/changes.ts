/** How one message changes by an event about it. Pure; the reducer decides whether the event counts. */

import type {
  AnswerRestarted,
  Message,
  MessageBody,
  MessageDeleted,
  MessageUpdated,
  Part,
  StreamChunk,
  ToolCall,
  ToolResult,
} from "../protocol";
import { STATE_TEXT_UNITS } from "../protocol";
import { DoesNotFollow, firstUnits, spliced } from "./text";

export type MessageChange = MessageUpdated | MessageDeleted | StreamChunk | AnswerRestarted | ToolCall | ToolResult;

/** Marks a place that no value reaches; the compiler says so when a type was forgotten. */
export function assertNever(value: never): never {
  throw new Error(`there is no such thing: ${JSON.stringify(value)}`);
}

/** The message that an event's `body` brings, each of its texts cut to what a state holds. */
export function messageOf(body: MessageBody, position: number, rev: number): Message {
  const parts = body.parts.map((part) =>
    part.kind === "text" || part.kind === "reasoning" ? { ...part, text: firstUnits(part.text, STATE_TEXT_UNITS) } : part,
  );
  return { ...body, parts, position, rev };
}

/** `message` after `event`, which is number `seq` of its topic. Throws DoesNotFollow on a gap. */
export function changed(message: Message, event: MessageChange, seq: number): Message {
  switch (event.type) {
    case "message_updated":
      return messageOf(event.message, message.position, seq);
    case "message_deleted":
      return { ...message, rev: seq, parts: [], deleted_at: event.deleted_at };
    case "stream_chunk":
      return { ...withChunk(message, event), rev: seq };
    case "answer_restarted":
      return { ...message, rev: seq, attempt: event.attempt, parts: message.parts.slice(0, event.part) };
    case "tool_call":
      return { ...message, rev: seq, parts: withCalls(message.parts, event) };
    case "tool_result":
      return { ...message, rev: seq, parts: withResult(message.parts, event) };
    default:
      return assertNever(event);
  }
}

function withChunk(message: Message, event: StreamChunk): Message {
  if (event.attempt < message.attempt) return message;
  const parts = event.chunk ? withText(message.parts, event) : message.parts;
  if (!event.is_final) return { ...message, parts };
  return {
    ...message,
    parts,
    status: event.status ?? message.status,
    model: event.model ?? message.model,
    models: event.models ?? message.models,
    cached: event.cached,
    usage: event.usage ?? message.usage,
    error: event.error ?? null,
  };
}

function withText(parts: Part[], event: StreamChunk): Part[] {
  if (event.part === parts.length) {
    if (event.is_final) return parts;
    return [...parts, { kind: event.kind, ...spliced("", 0, event.offset, event.chunk) }];
  }
  const part = parts[event.part];
  if ((part?.kind !== "text" && part?.kind !== "reasoning") || part.kind !== event.kind) {
    throw new DoesNotFollow(`part ${event.part} of message ${event.message_id} is not the ${event.kind} that goes on`);
  }
  return parts.with(event.part, { ...part, ...spliced(part.text, part.length, event.offset, event.chunk) });
}

function withCalls(parts: Part[], event: ToolCall): Part[] {
  const grown = [...parts];
  for (const item of event.tool_calls.toSorted((a, b) => a.part - b.part)) {
    if (item.part !== grown.length) {
      throw new DoesNotFollow(`a tool call stands at part ${item.part} of message ${event.message_id}, which is taken`);
    }
    grown.push({
      kind: "tool_call",
      tool_call_id: item.id,
      name: item.function.name,
      arguments: item.function.arguments,
      label: item.label,
      status: "pending",
      summary: null,
      result: null,
      truncated: false,
      error: null,
      duration_ms: null,
      cached: false,
      repeated: false,
      decided_by: null,
      undo: null,
    });
  }
  return grown;
}

function withResult(parts: Part[], event: ToolResult): Part[] {
  const index = parts.findIndex((part) => part.kind === "tool_call" && part.tool_call_id === event.tool_call_id);
  const part = parts[index];
  if (part?.kind !== "tool_call") {
    throw new DoesNotFollow(`message ${event.message_id} has no tool call ${event.tool_call_id}`);
  }
  const { status, summary, result, truncated, error, duration_ms, cached, repeated, decided_by, undo } = event;
  const came = { status, summary, result, truncated, error, duration_ms, cached, repeated, decided_by, undo };
  return parts.with(index, { ...part, ...came, label: event.label ?? part.label, arguments: event.arguments ?? part.arguments });
}
