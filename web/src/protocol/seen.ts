// Written by `python -m gen` from src/parlour/protocol/seen.py. Do not edit.
/** What it saw: what a model was shown for an answer, request by request, and every tool that ran for it. */

import type { Usage } from "./content";
import type { ToolRunView } from "./rest";

/** One piece of what a model was shown, as it stands now. */
export interface SeenPiece {
  kind: "system" | "question" | "answer" | "tool_result" | "tools" | "entities" | "notice";
  /** The message it comes from, if it comes from one. */
  message_id: string | null;
  /** Its beginning, at most 2,000 characters; None for what has been deleted since. */
  text: string | null;
  /** As they were estimated for the budget. */
  tokens: number;
  /** Whether the model was shown less of it than there is. */
  is_shortened: boolean;
}

/** One request to a model. */
export interface SeenRequest {
  step: number;
  model: string;
  at: string;
  pieces: SeenPiece[];
  /** What did not fit and was left out or shortened, in words. */
  cut: string[];
  /** The size of the prompt as it was estimated. */
  tokens: number;
  /** What it was allowed to be; 0 where that was not kept. */
  limit: number;
  /** What the provider counted. */
  usage: Usage | null;
}

/** Everything that went into an answer. */
export interface MessageContext {
  message_id: string;
  requests: SeenRequest[];
  runs: ToolRunView[];
}
