// Written by `python -m gen` from src/parlour/protocol/datasources.py. Do not edit.
/** The bodies of `/projects/{project_id}/datasources`: the databases, APIs and files that a project works with. */

import type { Json, Problem, Words } from "./content";
import type { Line } from "./rest";

export type DatasourceName = Line;

export type Description = Words;

/** Where some of a project's data are. What is secret about it is never shown. */
export interface DatasourceView {
  id: string;
  project_id: string;
  /** What people and models call it. */
  name: string;
  kind: string;
  /** What people call its kind: "SQL database". */
  kind_title: string;
  /** Whether it is one's own: nobody else in the project sees or uses it. */
  is_mine?: boolean;
  /** What is in it, for people and models. */
  description: string;
  /** Whether it may be changed through tools at all. Each change still asks. */
  writable: boolean;
  /** Where it is, as far as secrets go there. For admins and whose own it is, as is what follows. */
  address?: string | null;
  /** Without secrets. */
  settings?: Json | null;
  /** The names of the secret settings that are set. */
  secrets?: string[] | null;
  /** Why it cannot be used, where that is known without trying. */
  problem?: Problem | null;
  created_at: string;
  updated_at: string;
  /** Rises with every change. */
  rev: number;
}

/** A kind of datasource that this server knows. */
export interface DatasourceKind {
  name: string;
  title: string;
  /** The JSON Schema of its settings. */
  settings: Json;
}

/** The datasources of a project, by name. */
export interface DatasourceList {
  datasources: DatasourceView[];
  /** What may be added for everybody in the project; empty for who may not. */
  kinds: DatasourceKind[];
  /** What one may add for oneself alone. */
  own_kinds?: DatasourceKind[];
}

/** A datasource for a project, or for oneself in it. */
export interface NewDatasource {
  name: DatasourceName;
  kind: Line;
  description?: Description;
  /** As the kind takes them, with their secrets. */
  settings: Json;
  writable?: boolean;
  /** Whether it is for oneself alone. */
  is_mine?: boolean;
}

/**
 * What to change; what is left out stays. Of `settings`, too: each is named that changes; null takes one away.
 *
 * Secrets never follow to another address: a change of where it is needs them anew.
 */
export interface DatasourceChange {
  name?: DatasourceName | null;
  description?: Description | null;
  settings?: Json | null;
  writable?: boolean | null;
}

/** What to try out before it is kept. For a datasource that is kept, what is left out is as it is kept. */
export interface DatasourceTrial {
  kind?: Line | null;
  settings?: Json | null;
  /** Whether a new one is to be for oneself alone. */
  is_mine?: boolean;
}

/** What came of a trial. Nothing was kept and nothing was changed by it. */
export interface DatasourceTried {
  works: boolean;
  /** What is there, in a sentence. */
  words?: string | null;
  /** What went wrong, and what to do about it. */
  problem?: Problem | null;
  duration_ms: number;
}
