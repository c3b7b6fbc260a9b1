/** What went into an answer, in the order it happened. */

import type { ToolRunView } from "../../protocol/rest";
import type { MessageContext, SeenPiece, SeenRequest } from "../../protocol/seen";

/** A request to a model, and what ran before the next one. */
export interface Step {
  request: SeenRequest | null;
  runs: ToolRunView[];
}

/** Every request with the tools that ran because of it; what ran before the first one stands alone. */
export function stepsOf({ requests, runs }: MessageContext): Step[] {
  const ordered = requests.toSorted((a, b) => a.at.localeCompare(b.at) || a.step - b.step);
  const steps: Step[] = ordered.map((request) => ({ request, runs: [] }));
  const before: Step = { request: null, runs: [] };
  for (const run of runs) {
    const asked = steps.findLast(({ request }) => request !== null && request.at <= run.started_at);
    (asked ?? before).runs.push(run);
  }
  return before.runs.length > 0 ? [before, ...steps] : steps;
}

const KINDS: Record<SeenPiece["kind"], string> = {
  system: "Instructions",
  tools: "The tools it may use",
  entities: "Things spoken of before",
  question: "Question",
  answer: "Answer",
  tool_result: "What a tool found",
  notice: "News from the house",
};

/** What a piece is, for people. */
export function kindOf(piece: SeenPiece): string {
  return KINDS[piece.kind];
}

/** How large a request was: as estimated, against what it was allowed where that is known, and as the provider counted. */
export function sizeOf({ tokens, limit, usage }: SeenRequest): string {
  const estimated = limit > 0 ? `About ${figure(tokens)} of at most ${figure(limit)} tokens` : `About ${figure(tokens)} tokens`;
  if (usage === null || usage.estimated) return `${estimated}.`;
  return `${estimated}; the provider counted ${figure(usage.prompt_tokens)}, and ${figure(usage.completion_tokens)} in its answer.`;
}

/** A whole number as it is read. */
export function figure(number: number): string {
  return number.toLocaleString("en-GB");
}
