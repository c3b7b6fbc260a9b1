// Written by `python -m gen` from src/parlour/protocol/providers.py. Do not edit.
/** The bodies of `/models` and `/providers`: who can answer, where the talk would go, and what an admin says to it. */

import type { Problem } from "./content";
import type { Line } from "./rest";

/** What stands before the slash in the names of a provider's models. */
export type ProviderName = string;

export type ModelName = Line;

export type Address = Line;

/** A secret as it goes into a header: no blanks, no marks that a header cannot carry. */
export type Key = string;

/** The format that a provider speaks: OpenAI's Chat Completions, as most do, or one of its own. */
export type ProviderKind = "openai" | "anthropic" | "google" | "bedrock" | "mistral";

export type OptionName = string;

/**
 * What else a kind needs, by name: `thinking` (off, low, medium, high) of those with a format of their own, `region` of
 * bedrock. Nothing secret.
 */
export type Options = Record<OptionName, Line>;

/** What a million tokens cost, in billionths of a US dollar. */
export interface ModelPrice {
  prompt: number;
  /** Of the prompt: what the provider had read before. */
  cached: number;
  completion: number;
  /** Why: it is built in, it runs on a machine of one's own, the settings say so, or a list of public prices does. */
  source: "built_in" | "local" | "settings" | "list";
}

/** Somebody who can answer. */
export interface ModelView {
  id: string;
  provider: string;
  /** Where the talk would go; empty for the model that is built in. */
  host: string;
  /** Whether an admin said that what is asked may go there. */
  is_allowed: boolean;
  is_default: boolean;
  /** Whose provider it is: everybody's, the project's, or one's own. */
  scope?: "tenant" | "project" | "user";
  /** How many tokens a request and its answer may have together, as far as that is known. */
  window?: number | null;
  /** Whether it stands for one of several models, whichever suits a question. */
  is_tier?: boolean;
  /** None where no price is known, and of a provider that is not allowed. */
  price?: ModelPrice | null;
}

/** Everybody who can answer, the default first. */
export interface ModelList {
  models: ModelView[];
}

/** Whether what is asked may go to this provider. */
export interface ProviderAllowed {
  provider: Line;
  is_allowed?: boolean;
}

/** Who answers where nobody else is asked for; None for the first that is allowed. */
export interface DefaultModel {
  model: ModelName | null;
}

/** Somebody's server of models. Its key is never shown. */
export interface ProviderView {
  name: string;
  base_url: string;
  /** Where the talk would go. */
  host: string;
  has_key: boolean;
  /** As the provider calls them; here they are called `<name>/<model>`. */
  models: string[];
  /** One from the environment is changed there, not here. */
  source: "environment" | "app";
  is_allowed: boolean;
  kind?: ProviderKind;
  options?: Options;
}

/** Every provider that is set up here, for admins. */
export interface ProviderList {
  providers: ProviderView[];
}

/** A server of models. Who sets it up allows it by doing so. */
export interface NewProvider {
  name: ProviderName;
  base_url: Address;
  /** Empty for a server that asks for none. */
  api_key?: Key;
  models: ModelName[];
  kind?: ProviderKind;
  options?: Options;
}

/** What to change; what is left out stays. A new address needs the key anew: a key never follows to another host. */
export interface ProviderChange {
  base_url?: Address | null;
  api_key?: Key | null;
  models?: ModelName[] | null;
  kind?: ProviderKind | null;
  /** All of them, in the place of those that were set. */
  options?: Options | null;
}

/** What to try out before it is kept: an address and a key, or a provider that is set up, with the key it has. */
export interface ProviderTrial {
  base_url?: Address | null;
  api_key?: Key | null;
  name?: ProviderName | null;
  /** Asked for one word, if named; else only the list of models is read. */
  model?: ModelName | null;
  kind?: ProviderKind | null;
  options?: Options | null;
}

/** What came of a trial. */
export interface ProviderTried {
  works: boolean;
  /** What went wrong, and what to do about it. */
  problem: Problem | null;
  /** What the provider says it has; empty when it does not say. */
  models: string[];
  duration_ms: number;
}
