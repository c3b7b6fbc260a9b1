/** The routes, in words. */

import type { Strategy } from "../../protocol/routing";

export type List = "fast" | "balanced" | "strong" | "fallback";

interface Told {
  list: List;
  name: string;
  /** What stands for an empty list. */
  none: string;
  hint: string;
}

const STAND_IN = "Nobody in particular: whoever answers by default.";

export const LISTS: readonly Told[] = [
  { list: "fast", name: "Fast", none: STAND_IN, hint: "For what is simple, where somebody prefers speed." },
  { list: "balanced", name: "Balanced", none: STAND_IN, hint: "For what is neither simple nor hard." },
  { list: "strong", name: "Strong", none: STAND_IN, hint: "For what is hard, and where many tools were used." },
  { list: "fallback", name: "When others fail", none: "Nobody: an answer that fails says so.", hint: "In this order." },
];

export const STRATEGIES: readonly (readonly [Strategy, string])[] = [
  ["adaptive", "whoever does best: quick, sure and not busy"],
  ["response_time", "whoever answers fastest"],
  ["least_connections", "whoever writes the fewest answers"],
  ["round_robin", "one after the other"],
];

/** Whom of several that can answer is asked. */
export function strategyWords(strategy: Strategy = "adaptive"): string {
  const words = STRATEGIES.find(([one]) => one === strategy)?.[1] ?? "";
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** Names with commas between them. */
export function asNames(names: readonly string[] = []): string {
  return names.join(", ");
}
