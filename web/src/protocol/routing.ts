// Written by `python -m gen` from src/parlour/protocol/routing.py. Do not edit.
/** The bodies of `/models/routing` and `/models/instances`: whom a question goes to, and how each of them does. */

import type { Problem } from "./content";
import type { ModelName } from "./providers";

export type Tier = "fast" | "balanced" | "strong";

export type Strategy = "round_robin" | "least_connections" | "response_time" | "adaptive";

/** Where a model stands in the routes. */
export type Place = "fast" | "balanced" | "strong" | "fallback";

export type Names = ModelName[];

export type Connections = number;

export type Capability = number;

/** What is known of one model; what is None is as for all. */
export interface InstanceRule {
  max_connections?: Connections | null;
  /** How much it can, from 0 to 1. Unless said, by the best tier it stands in. */
  capability?: Capability | null;
}

/** Whom a question goes to. Models are called by their names; one that may not be asked is passed over. */
export interface Routing {
  fast?: Names;
  balanced?: Names;
  strong?: Names;
  /** Who answers when those before could not, in this order. */
  fallback?: Names;
  /** Who of several that can answer is asked. */
  strategy?: Strategy;
  /** How many answers one model may be writing at a time, on each server. */
  max_connections?: Connections;
  /** What differs for some models, by their names. */
  instances?: Record<ModelName, InstanceRule>;
}

/** The routes that are in force, and where they were decided. */
export interface RoutingView {
  routing: Routing;
  source: "environment" | "app";
}

/** One model of one provider, as it does at the server that was asked. Every server counts for itself. */
export interface InstanceView {
  model: string;
  /** Where the talk goes. */
  host: string;
  places: Place[];
  /**
   * Whether it is asked. One that is `resting` failed too often; `trying` lets one question through after that;
   * `full` writes as many answers as it may; `failing` failed more than half of what it was asked in the last minute.
   */
  state: "ready" | "resting" | "trying" | "full" | "failing";
  breaker: "closed" | "open" | "half_open";
  /** By which `adaptive` chooses: the highest wins. */
  score: number;
  capability: number;
  /** How many answers it is writing. */
  connections: number;
  max_connections: number;
  /** How long an answer took, over the last 50; None before the first. */
  average_seconds: number | null;
  /** Over the last 50 that came to an end. */
  success_rate: number;
  /** In the last minute; 0 for fewer than five calls. */
  error_rate: number;
  calls: number;
  errors: number;
  failures_in_a_row: number;
  /** When it is tried again. */
  rests_until: string | null;
  last_error: Problem | null;
  last_error_at: string | null;
  /** Since when all this was counted. */
  since: string;
}

/** Every model that may be asked, besides the built-in one. */
export interface InstanceList {
  instances: InstanceView[];
}
