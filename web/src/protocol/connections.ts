// Written by `python -m gen` from src/parlour/protocol/connections.py. Do not edit.
/** The bodies of `/connections`: what outside of this house it is joined to, such as Home Assistant. */

import type { Problem } from "./content";
import type { Address, Key } from "./providers";
import type { Line } from "./rest";

export type ConnectionKind = "home_assistant";

export type ConnectionState = "off" | "connecting" | "connected" | "away" | "refused";

export type ConnectionName = Line;

/** What was taken over from the other side into the home, in figures. */
export interface Imported {
  zones: number;
  rooms: number;
  devices: number;
  /** Automations, scenes and scripts. */
  routines: number;
  /** When it was last compared. */
  at: string;
}

/** Another system that this house is joined to. Its token is never shown. */
export interface ConnectionView {
  id: string;
  kind: ConnectionKind;
  /** What people call it: "Home Assistant". */
  name: string;
  base_url: string;
  /** Where what is asked and what is done goes. */
  host: string;
  project_id: string;
  /** Whose home its things are taken into. */
  project_name: string;
  /** Whether an admin wants it joined. */
  is_on: boolean;
  /**
   * Off: not wanted now. Away: it does not answer, and is tried again and again. Refused: it answers and does not
   * want this token; somebody has to enter another one.
   */
  state: ConnectionState;
  /** The state as a sentence: "Connected since 14:02 UTC; 9 rooms and 31 devices are kept in step.". */
  words: string;
  /** Why it is away or refused, and what to do about it. */
  problem?: Problem | null;
  /** What the other side calls itself: "Home Assistant 2026.10.1". */
  server?: string | null;
  /** When it came to be in this state. */
  since?: string | null;
  /** None until its things were read once. */
  imported?: Imported | null;
  created_at: string;
}

/** Every connection of this house, in the order in which they were made. For admins. */
export interface ConnectionList {
  connections: ConnectionView[];
}

/** A system to be joined to the home of a project. */
export interface NewConnection {
  kind?: ConnectionKind;
  name?: ConnectionName;
  /** Where it is reached by a browser: `http://homeassistant.local:8123`. */
  base_url: Address;
  /** A long-lived access token, made on its own pages. */
  token: Key;
  /** The project whose home its things belong to; the shared one when left out. */
  project_id?: Line | null;
}

/** What to change; what is left out stays. A new address needs the token anew: one never follows to another host. */
export interface ConnectionChange {
  name?: ConnectionName | null;
  base_url?: Address | null;
  token?: Key | null;
  is_on?: boolean | null;
}

/** What to try out before it is kept. For a connection that is kept, what is left out is as it is kept. */
export interface ConnectionTrial {
  kind?: ConnectionKind;
  base_url?: Address | null;
  token?: Key | null;
}

/** What came of a trial. Nothing was kept and nothing was changed by it. */
export interface ConnectionTried {
  works: boolean;
  /** What went wrong, and what to do about it. */
  problem?: Problem | null;
  /** What the other side calls itself: "Home Assistant 2026.10.1". */
  server?: string | null;
  /** What would be taken over, in words: "9 rooms and 31 devices". */
  found?: string | null;
  duration_ms: number;
}
