import { useState } from "react";
import type { ProviderTrial, ProviderTried } from "../../protocol/providers";
import { useRest } from "../../state/use-room";
import { stretch } from "../../ui/stretch";
import type { Problems } from "./draft";
import { fieldOf } from "./draft";
import { useWhose } from "./whose";

/** A try-out: of what, whether it still runs, and what came of it. */
export interface Trial {
  of: ProviderTrial;
  /** Null while it runs. */
  came: ProviderTried | null;
}

/** Tries providers out, one at a time; what came of an earlier one is let go. */
export function useTrial(): { trial: Trial | null; tryOut: (of: ProviderTrial) => Promise<void> } {
  const rest = useRest();
  const whose = useWhose();
  const [trial, setTrial] = useState<Trial | null>(null);
  const tryOut = async (of: ProviderTrial) => {
    setTrial({ of, came: null });
    const came = await rest.tryProvider(whose, of).catch((error: unknown) => untried(error));
    setTrial((now) => (now?.of === of ? { of, came } : now));
  };
  return { trial, tryOut };
}

/** The server itself could not try it. */
function untried(error: unknown): ProviderTried {
  const message = error instanceof Error && error.message !== "" ? error.message : "It could not be tried out. Please try again.";
  return { works: false, problem: { code: "not_tried", message }, models: [], duration_ms: 0 };
}

/** What a try-out found wrong, beside the field that it is about. */
export function problemsFrom(trial: Trial | null): Problems {
  const problem = trial?.came?.problem ?? null;
  const field = trial === null || problem === null ? null : fieldOf(problem.code, trial.of);
  return problem === null || field === null ? {} : { [field]: problem.message };
}

/** What a form says of a try-out: nothing that a field says already. */
export function lineFor(trial: Trial | null, problems: Problems): string {
  const message = trial?.came?.problem?.message;
  const isSaid = message !== undefined && Object.values(problems).includes(message);
  return trial === null || isSaid ? "" : wordsFor(trial);
}

/** What came of a try-out, as a sentence. */
export function wordsFor({ of, came }: Trial): string {
  if (came === null) return of.model === undefined ? "Asking it for its models…" : `Asking ${of.model} for a word…`;
  if (!came.works) return came.problem?.message ?? "It did not work, and did not say why.";
  const after = stretch(came.duration_ms);
  if (of.model !== undefined) return `It works: ${of.model} answered in ${after}.`;
  const count = came.models.length;
  if (count === 0) return `It answered in ${after}, but does not say which models it has. Write their names below.`;
  return `It answered in ${after} and has ${count === 1 ? "one model" : `${String(count)} models`}. Choose below who may be asked.`;
}
