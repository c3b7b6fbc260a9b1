// Written by `python -m gen` from src/parlour/models/other_kinds.py. Do not edit.

import type { ProviderKind } from "../../protocol/providers";

/** A format that providers speak. */
export interface Kind {
  kind: ProviderKind;
  label: string;
  /** Where its own provider answers; empty for the one that many speak. */
  address: string;
  /** What else it needs or takes. */
  options: readonly string[];
}

export const KINDS: readonly Kind[] = [
  { kind: "openai", label: "OpenAI (Chat Completions)", address: "", options: [] },
  { kind: "anthropic", label: "Anthropic", address: "https://api.anthropic.com", options: ["thinking"] },
  { kind: "google", label: "Google", address: "https://generativelanguage.googleapis.com", options: ["thinking"] },
  { kind: "bedrock", label: "Amazon Bedrock", address: "https://bedrock-runtime.us-east-1.amazonaws.com", options: ["thinking", "region"] },
  { kind: "mistral", label: "Mistral", address: "https://api.mistral.ai", options: ["thinking"] },
];

/** How hard a model may be told to think. */
export const THINKING = ["off", "low", "medium", "high"] as const;
