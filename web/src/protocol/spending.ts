// Written by `python -m gen` from src/parlour/protocol/spending.py. Do not edit.
/**
 * The bodies of `/usage` and `/budgets`: what requests to models used, and what they may.
 *
 * Money is whole billionths of a US dollar, so that sums add up. Days and months begin at midnight UTC.
 */

import type { Line } from "./rest";

/** A US dollar in billionths. */
export const DOLLAR = 1000000000;

export type Grouping = "day" | "model" | "provider" | "user" | "project" | "conversation";

/** How long a budget lasts: one answer, a day, a month, or for good. */
export type Period = "turn" | "day" | "month" | "ever";

export type ScopeKind = "tenant" | "project" | "user" | "provider";

export type Day = string;

/** Whose budget it is: `tenant` for the whole house, `project:<id>`, `user:<id>` or `provider:<name>`. */
export type Scope = Line;

export type Amount = number;

/** What a number of requests used, together. */
export interface Spent {
  /** Those that were answered, cut or failed. */
  requests: number;
  prompt_tokens: number;
  /** Of the prompts: what the provider had read before. */
  cached_tokens: number;
  completion_tokens: number;
  /** Of the completions: what the models thought with. */
  reasoning_tokens: number;
  total_tokens: number;
  /** In billionths of a US dollar, of the requests whose price is known. */
  cost: number;
  /** Requests whose price nobody knows; their cost is not in `cost`. */
  unpriced_requests: number;
  /** Requests whose tokens the provider did not report, so that they are estimated. */
  estimated_requests: number;
  duration_ms: number;
}

/** What the requests of one day, model, provider, person, project or conversation used. */
export interface SpentBy extends Spent {
  /** The day, the name of the model or provider, or an id; "" for all that are too many to be shown one by one. */
  key: string;
  /** What people call it; None where one may not know, or it is gone. */
  name: string | null;
}

/** What was used in a period, both days included. The rows add up to `total`. */
export interface UsageReport {
  since: string;
  until: string;
  by: Grouping;
  total: Spent;
  /** By day in order, anything else by cost, the dearest first. */
  rows: SpentBy[];
}

/** What a budget allows; what is None is not limited. */
export interface BudgetLimits {
  /** In billionths of a US dollar. */
  max_cost?: Amount | null;
  /** Of prompts and answers together. */
  max_tokens?: Amount | null;
  /** Of models at work. */
  max_seconds?: number | null;
}

/** A budget as it is to be from now on; it takes the place of one of the same scope and period. */
export interface NewBudget extends BudgetLimits {
  scope: Scope;
  period: Period;
}

/** A budget, and how much of it is used. */
export interface BudgetView extends BudgetLimits {
  id: string;
  scope: string;
  kind: ScopeKind;
  /** Whose it is, as people call it. */
  name: string;
  period: Period;
  /** In the present period; None for a budget of each single answer. */
  used: Spent | null;
  /** How much of what is scarcest is used up: 0.8 is 80 %. */
  share: number;
  /** When the next period begins; None where there is none. */
  begins_anew: string | null;
}

/** Budgets, those of the house first. */
export interface BudgetList {
  budgets: BudgetView[];
}

/** A budget that somebody's next question would draw on, and that is nearly or wholly used up. */
export interface NearlyUsed {
  budget_id: string;
  kind: ScopeKind;
  share: number;
  /** In words, for the person who asks. */
  text: string;
}

/** Budgets that are nearly used up, the scarcest first. */
export interface NearlyUsedList {
  budgets: NearlyUsed[];
}
