/** How an answer is to be, as a form holds it. */

import type { Parameters } from "../protocol";
import type { Scope } from "../protocol/effective";

/** What stands in the fields; an empty one is left to whoever is asked next. */
export interface ParameterDraft {
  temperature: string;
  max_tokens: string;
  prefer: string;
  top_p: string;
  presence_penalty: string;
  frequency_penalty: string;
}

/** Those for people who know their model. */
export const FINER = ["top_p", "presence_penalty", "frequency_penalty"] as const;

/** Nothing decided. */
export const NO_PARAMETERS: Parameters = {
  temperature: null,
  top_p: null,
  presence_penalty: null,
  frequency_penalty: null,
  max_tokens: null,
  prefer: null,
};

export type ParameterProblems = Partial<Record<keyof ParameterDraft, string>>;

export const HOTTEST = 2;
const LONGEST = 1_000_000;
const FIELDS = ["temperature", "max_tokens", "prefer", ...FINER] as const;

const isPenalty = (value: number) => value >= -2 && value <= 2;

/** What the server takes, and what is said of anything else. */
const BOUNDS: readonly (readonly [Exclude<keyof ParameterDraft, "prefer">, (value: number) => boolean, string])[] = [
  ["temperature", (heat) => heat >= 0 && heat <= HOTTEST, "A number from 0 to 2."],
  ["max_tokens", (length) => Number.isInteger(length) && length >= 1 && length <= LONGEST, "A whole number of tokens."],
  ["top_p", (share) => share > 0 && share <= 1, "A number above 0, up to 1."],
  ["presence_penalty", isPenalty, "A number from -2 to 2."],
  ["frequency_penalty", isPenalty, "A number from -2 to 2."],
];

export function parameterDraft(parameters: Parameters): ParameterDraft {
  return Object.fromEntries(FIELDS.map((name) => [name, parameters[name]?.toString() ?? ""])) as Record<keyof ParameterDraft, string>;
}

/** What is wrong with what stands in the fields. */
export function parameterProblems(draft: ParameterDraft): ParameterProblems {
  const problems: ParameterProblems = {};
  for (const [name, isFine, words] of BOUNDS) {
    const value = numberIn(draft[name]);
    if (value !== null && !isFine(value)) problems[name] = words;
  }
  return problems;
}

/** What the fields say, over what they do not show. */
export function parametersIn(draft: ParameterDraft, before: Parameters): Parameters {
  return {
    ...before,
    ...Object.fromEntries(BOUNDS.map(([name]) => [name, numberIn(draft[name])])),
    prefer: draft.prefer === "speed" || draft.prefer === "quality" ? draft.prefer : null,
  };
}

function numberIn(text: string): number | null {
  return text.trim() === "" ? null : Number(text.trim().replace(",", "."));
}

const FROM: Record<Scope, string> = {
  message: "asked for with the message",
  conversation: "chosen for this conversation",
  user: "your own default",
  project: "the project’s default",
  tenant: "the house’s default",
  system: "as it was set up",
};

/** Where a value comes from, in words. */
export function fromWhere(scope: Scope | null | undefined): string {
  return scope ? FROM[scope] : "";
}
