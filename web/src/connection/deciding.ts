/** Who answers, and how: what each scope decides, and what counts where. */

import type { EffectiveModels, ModelSettingsView, NewModelSettings } from "../protocol/effective";
import type { Call } from "./rest";

/** For whom something is decided. */
export type Whose = { kind: "house" } | { kind: "mine" } | { kind: "project"; id: string } | { kind: "conversation"; id: string };

/** Where a question would be asked: in a conversation, or in a new one of a project; null for the shared one. */
export interface Here {
  conversation: string | null;
  project: string | null;
}

export interface Deciding {
  /** What counts for the next question somewhere. */
  effective(here: Here): Promise<EffectiveModels>;
  /** What one scope decided. */
  modelSettings(whose: Whose): Promise<ModelSettingsView>;
  /** Decides in the place of what was decided before. */
  decideModels(whose: Whose, settings: NewModelSettings): Promise<ModelSettingsView>;
}

export function decidingAt(call: Call): Deciding {
  return {
    effective: ({ conversation, project }) =>
      call("GET", `/models/effective${conversation === null ? inProject(project) : `?conversation_id=${conversation}`}`),
    modelSettings: (whose) => call("GET", `/models/settings${queryOf(whose)}`),
    decideModels: (whose, settings) => call("PUT", `/models/settings${queryOf(whose)}`, settings),
  };
}

/** How an address names whom it is about. */
export function queryOf(whose: Whose): string {
  if (whose.kind === "house") return "";
  return whose.kind === "mine" ? "?mine=true" : `?${whose.kind}_id=${whose.id}`;
}

/** How an address names a project; the shared one goes without saying. */
export function inProject(project: string | null): string {
  return project === null ? "" : `?project_id=${project}`;
}
