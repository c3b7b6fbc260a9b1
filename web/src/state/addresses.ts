/** Where things are on this page, as its addresses say it. */

import type { Joined } from "../protocol";

interface Spot {
  /** The project the address names; null for the one that everybody shares. */
  project?: string | null;
  conversation?: string | null;
  message?: string | null;
}

/** The address of a conversation, of a message in it, or, without either, of where one begins. */
export function chatAddress({ project = null, conversation = null, message = null }: Spot): string {
  const house = project === null ? "" : `/projects/${project}`;
  if (conversation === null) return `${house}/chat`;
  return `${house}/chat/${conversation}${message === null ? "" : `#${message}`}`;
}

/** Where stands what was looked up and changed in a conversation. */
export function runsAddress(conversation: string): string {
  return `/settings/runs#${conversation}`;
}

/** The project that the address of something in `project` names. */
export function projectIn(projects: readonly Joined[], project: string): string | null {
  return projects.some((one) => one.id === project && !one.is_home) ? project : null;
}
