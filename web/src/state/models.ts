/** Who answers: by which name people know them, and where what is said to them goes. */

import type { ModelView } from "../protocol/providers";

const BUILT_IN = "built-in";

/** Whether a model is the one that is built in: no AI, and nothing to send anywhere. */
export function isBuiltIn(model: string): boolean {
  return model === BUILT_IN;
}

/** The tiers by the names people know them by: whoever stands behind them answers. */
const TIERS: Readonly<Record<string, string>> = {
  auto: "whoever suits the question",
  fast: "a fast model",
  balanced: "a balanced model",
  strong: "a strong model",
};

/** A model, or a tier, by the name people know it by. */
export function nameOf(model: string): string {
  return isBuiltIn(model) ? "built in" : (TIERS[model] ?? model);
}

/** How much a model can have before it at once: "128k"; "" where that is not known. */
export function windowOf({ window: tokens = null }: Pick<ModelView, "window">): string {
  if (tokens === null || tokens < 1000) return "";
  return tokens < 1_000_000 ? `${String(Math.round(tokens / 1000))}k` : `${(tokens / 1_000_000).toFixed(1).replace(".0", "")}M`;
}

/** In the order in which they are offered: favourites, then tiers, then the others as they come. */
export function inOrder(models: readonly ModelView[], favourites: readonly string[]): ModelView[] {
  const rank = ({ id, is_tier = false }: ModelView) => (favourites.includes(id) ? 0 : is_tier ? 1 : 2);
  return models.filter((model) => model.is_allowed).toSorted((one, other) => rank(one) - rank(other));
}

/** Who can set models up, for somebody who cannot: "Robin or Ines". */
export function anyOf(admins: readonly string[]): string {
  return admins.length === 0 ? "an admin" : new Intl.ListFormat("en-GB", { type: "disjunction" }).format(admins);
}

/** Where what is asked goes, as a sentence. */
export function whereItGoes({ host }: Pick<ModelView, "host">): string {
  return host === "" ? "No AI is used, and nothing leaves this machine." : `Questions, and what the tools find, go to ${host}.`;
}
