import type { KeyboardEvent } from "react";

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Moves the focus from item to item of a list by the arrows; up from the first one it goes to where one searches. */
export function movedByKeys(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>(".item-link")];
  const at = links.findIndex((link) => link === document.activeElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const next = step(at, links.length);
  const search = event.currentTarget.closest(".side")?.querySelector<HTMLElement>("input[type=search]");
  (next < 0 ? search : links[next])?.focus();
}

/** Puts the focus on the item after the one that holds `inside`, or before it: that one is about to go. */
export function focusBeside(inside: Element): void {
  const links = [...(inside.closest(".list")?.querySelectorAll<HTMLElement>(".item-link") ?? [])];
  const at = links.findIndex((link) => link.closest(".item") === inside.closest(".item"));
  const beside = links[at + 1] ?? links[at - 1] ?? inside.closest(".side")?.querySelector<HTMLElement>(".new");
  beside?.focus();
}
