/** A topic as this page follows it: its state, how far it has heard, and what a frame makes of both. */

import type { ConversationState, DurableFrame, TopicState } from "../protocol";
import { DURABLE_TYPES } from "../protocol";
import { heardApart } from "./pages";
import { reduce } from "./reduce";
import { DoesNotFollow } from "./text";

export interface Followed {
  state: TopicState;
  /** The seq of the last frame that was applied. */
  seq: number;
  /** A stretch of the same conversation that somebody went to and that does not reach `state` yet. */
  apart: ConversationState | null;
}

/** applied, or a repeat that changes nothing; gap: ask for what is missing; broken: ask for a snapshot. */
export type Outcome = { kind: "applied"; followed: Followed } | { kind: "repeat" } | { kind: "gap" } | { kind: "broken" };

const KNOWN: ReadonlySet<string> = new Set(DURABLE_TYPES);

/** What `frame` makes of a topic. A kind of event that a newer server knows, and this page does not, changes nothing. */
export function follow(followed: Followed, frame: DurableFrame): Outcome {
  if (frame.seq <= followed.seq) return { kind: "repeat" };
  if (frame.from_seq > followed.seq + 1) return { kind: "gap" };
  if (!KNOWN.has(frame.type)) return { kind: "applied", followed: { ...followed, seq: frame.seq } };
  try {
    const state = reduce(followed.state, frame);
    const apart = heardApart(followed.apart, frame);
    return wholeAfter(state, frame) ? { kind: "applied", followed: { state, seq: frame.seq, apart } } : { kind: "broken" };
  } catch (error) {
    if (error instanceof DoesNotFollow) return { kind: "broken" };
    throw error;
  }
}

/** The last chunk of an answer says how long it is; whoever holds another length has missed something. */
function wholeAfter(state: TopicState, frame: DurableFrame): boolean {
  if (frame.type !== "stream_chunk" || !frame.is_final || state.kind !== "conversation") return true;
  const message = state.messages.find((one) => one.id === frame.message_id);
  if (message === undefined || typeof frame.length !== "number") return true;
  const held = message.parts.reduce((sum, part) => (part.kind === "text" ? sum + part.length : sum), 0);
  return held === frame.length;
}
