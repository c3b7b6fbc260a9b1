/** How an answer is to be, as a form holds it. */

import type { Parameters } from "../protocol";
import type { Scope } from "../protocol/effective";

/** What stands in the fields; an empty one is left to whoever is asked next. */
export interface ParameterDraft {
  temperature: string;
  max_tokens: string;
  prefer: string;
}

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

export function parameterDraft({ temperature, max_tokens, prefer }: Parameters): ParameterDraft {
  return { temperature: temperature?.toString() ?? "", max_tokens: max_tokens?.toString() ?? "", prefer: prefer ?? "" };
}

/** What is wrong with what stands in the fields. */
export function parameterProblems({ temperature, max_tokens }: ParameterDraft): ParameterProblems {
  const problems: ParameterProblems = {};
  const heat = numberIn(temperature);
  if (heat !== null && !(heat >= 0 && heat <= HOTTEST)) problems.temperature = "A number from 0 to 2.";
  const length = numberIn(max_tokens);
  if (length !== null && !(Number.isInteger(length) && length >= 1 && length <= LONGEST)) problems.max_tokens = "A whole number of tokens.";
  return problems;
}

/** What the fields say, over what they do not show. */
export function parametersIn(draft: ParameterDraft, before: Parameters): Parameters {
  return {
    ...before,
    temperature: numberIn(draft.temperature),
    max_tokens: numberIn(draft.max_tokens),
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
