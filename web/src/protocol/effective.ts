// Written by `python -m gen` from src/parlour/protocol/effective.py. Do not edit.
/** The bodies of `/models/settings` and `/models/effective`: what each scope decided, and what comes of it. */

import type { Parameters } from "./content";
import type { ModelName } from "./providers";

/**
 * Who decided something: what was asked with the message itself, the conversation, the person, its project, the house,
 * or how the server was started. The nearest one that says something counts.
 */
export type Scope = "message" | "conversation" | "user" | "project" | "tenant" | "system";

/** What one scope decides; None is left to the next one. */
export interface ModelSettings {
  /** Who answers: a model, or a tier. */
  model?: ModelName | null;
  /** How. */
  parameters?: Parameters;
  /** Models that a person wants to see first. Of a person only. */
  favourites?: ModelName[];
  /** Whether people may bring providers and keys of their own, and owners for their projects. Of the house only. */
  own_keys?: boolean;
}

/** What one scope decided. */
export interface ModelSettingsView {
  settings: ModelSettings;
  /** Rises with every change; 0 while nothing was decided. */
  version: number;
  may_change: boolean;
}

/** What a scope decides from now on, in the place of what it did before. */
export interface NewModelSettings {
  settings: ModelSettings;
  /** That of what was read: when somebody has changed it since, nothing is changed. */
  version: number;
}

/** A model that a scope decided for, and that cannot answer now. */
export interface SkippedModel {
  scope: Scope;
  model: string;
  /** In words. */
  why: string;
}

/** Where each value that is in force came from; None for one that nobody decided. */
export interface Origins {
  model: Scope;
  temperature?: Scope | null;
  top_p?: Scope | null;
  presence_penalty?: Scope | null;
  frequency_penalty?: Scope | null;
  max_tokens?: Scope | null;
  prefer?: Scope | null;
}

/** Who would answer the next question, and how. */
export interface EffectiveModels {
  model: string;
  parameters: Parameters;
  origins: Origins;
  /** Who would have answered, the nearest scope first. */
  skipped: SkippedModel[];
  /** How long an answer may be at most, whatever anybody decides. */
  max_tokens_ceiling: number;
  favourites: string[];
  /** Whether one may bring providers of one's own. */
  own_keys: boolean;
}
