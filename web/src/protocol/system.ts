// Written by `python -m gen` from src/parlour/protocol/system.py. Do not edit.
/** The bodies below `/system`: how this server and what it works with do, and what can be done here, and by whom. */

import type { Effect, UserRole } from "./content";

export type ComponentKind =
  | "store"
  | "disk"
  | "memory"
  | "server"
  | "announcements"
  | "job"
  | "model"
  | "datasource"
  | "connection"
  | "plugin";

/**
 * Degraded: it works, and something is wrong with it. Off: nobody wants it to work. Unknown: it was not looked at, or
 * could not be in time; the words say which.
 */
export type ComponentState = "ok" | "degraded" | "down" | "off" | "unknown";

/** Something that this server is made of, or works with. */
export interface Component {
  kind: ComponentKind;
  /** What people call it: "SQLite", "This server", "openai/gpt-…". */
  name: string;
  state: ComponentState;
  /** How it does and, where something is wrong, what to do about it. */
  words: string;
  /** The project that it belongs to, where it belongs to one. */
  where: string | null;
}

/** How the house does as this server sees it at one moment. For admins. */
export interface SystemStatus {
  /** Down: nothing can be answered. Degraded: something does not work as it should; what, stands in `components`. */
  status: "ok" | "degraded" | "down";
  at: string;
  version: string;
  started_at: string;
  /** How many models there are, the built-in one counted. */
  models_total: number;
  /** How many of them may be asked, and are. */
  models_active: number;
  /** What this process holds; None where this machine does not tell. */
  memory_bytes: number | null;
  disk_free_bytes: number | null;
  components: Component[];
}

/** Something that one may do here, by a tool. */
export interface Ability {
  name: string;
  description: string;
  effect: Effect;
  /** Who else may do it here, by role. */
  roles: UserRole[];
}

/** What one may do in a project, in the order in which models are offered it. */
export interface AbilityList {
  role: UserRole;
  abilities: Ability[];
}
