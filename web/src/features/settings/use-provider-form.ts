/** What a form for a provider does: it keeps what is written, checks it, tries it out and saves it. */

import { useState } from "react";
import { RestError } from "../../connection/rest";
import type { ProviderTrial, ProviderView } from "../../protocol/providers";
import { useRest } from "../../state/use-room";
import type { Draft, Field, Problems } from "./draft";
import { changeOf, draftOf, newProvider, problemsOf, trialOf, withNamed } from "./draft";
import type { Trial } from "./trial";
import { problemsFrom, useTrial } from "./trial";
import { useWhose } from "./whose";

const EMPTY: Draft = { name: "", address: "", key: "", models: [] };
const ALL: readonly Field[] = ["name", "address", "key", "models"];

export interface Writing {
  draft: Draft;
  /** The name of a model that is being written. */
  named: string;
  put: (part: Partial<Draft>) => void;
  name: (model: string) => void;
  /** What is wrong, of the fields that were looked at. */
  problems: Problems;
  /** How often something was wrong when it was looked at. */
  refusals: number;
  /** The last try-out, as long as what it tried is what is written. */
  trial: Trial | null;
  test: () => void;
  save: () => void;
  saving: boolean;
  /** Why the server did not take it. */
  refused: string | null;
}

/** `known` is what is changed, null for a new one; `taken` are names that cannot be used any more. */
export function useProviderForm(
  known: ProviderView | null,
  taken: readonly string[],
  kept: (providers: ProviderView[], name: string) => void,
): Writing {
  const [draft, setDraft] = useState<Draft>(known === null ? EMPTY : draftOf(known));
  const [named, name] = useState("");
  const { trial, tryOut } = useTrial();
  const { shown, refusals, passes } = useChecking();
  const saving = useSaving(known, kept);

  const whole = { ...draft, models: withNamed(draft.models, named) };
  const wrong = problemsOf(whole, taken);
  const refusedName = saving.nameProblem(whole);
  const now = trialOf(whole, known);
  const current = trial !== null && isSameServer(trial.of, now) ? trial : null;
  return {
    draft,
    named,
    put: (part) => setDraft({ ...draft, ...part }),
    name,
    problems: { ...problemsFrom(current), ...refusedName, ...only(wrong, shown) },
    refusals,
    trial: current,
    test: () => {
      if (passes(wrong, ["address", "key"])) void tryOut(now);
    },
    save: () => {
      if (passes(wrong, ALL)) void saving.save(whole);
    },
    saving: saving.busy,
    refused: refusedName.name === undefined ? (saving.refused?.message ?? null) : null,
  };
}

function isSameServer(one: ProviderTrial, other: ProviderTrial): boolean {
  return one.base_url === other.base_url && one.api_key === other.api_key && one.kind === other.kind;
}

/** Keeps it on the server; when that fails, why. */
function useSaving(known: ProviderView | null, kept: (providers: ProviderView[], name: string) => void) {
  const rest = useRest();
  const whose = useWhose();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ message: string; of: Draft; code: string } | null>(null);
  const save = async (draft: Draft) => {
    setBusy(true);
    setRefused(null);
    try {
      const now = known === null ? rest.addProvider(whose, newProvider(draft)) : rest.changeProvider(whose, known.name, changeOf(draft, known));
      kept(await now, draft.name.trim());
    } catch (error) {
      const { message, code } = error instanceof RestError ? error : { message: "It could not be saved. Please try again.", code: "" };
      setRefused({ message, of: draft, code });
      setBusy(false);
    }
  };
  /** A name that somebody else took meanwhile says so itself, until another one is written. */
  const nameProblem = (draft: Draft): Problems =>
    refused?.code === "duplicate" && refused.of.name === draft.name ? { name: refused.message } : {};
  return { busy, refused, save, nameProblem };
}

/** Which fields were looked at, and so say what is wrong with them. */
function useChecking() {
  const [looked, setLooked] = useState<{ shown: readonly Field[]; refusals: number }>({ shown: [], refusals: 0 });
  const passes = (wrong: Problems, fields: readonly Field[]): boolean => {
    const fine = fields.every((field) => wrong[field] === undefined);
    if (!fine) setLooked({ shown: fields, refusals: looked.refusals + 1 });
    return fine;
  };
  return { ...looked, passes };
}

function only(problems: Problems, fields: readonly Field[]): Problems {
  return Object.fromEntries(Object.entries(problems).filter(([field]) => fields.includes(field as Field)));
}
