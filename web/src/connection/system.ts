/** The doors for the house itself: what is connected, how all of it does, and what can be done. */

import type { SystemView } from "../protocol/house";
import type { AbilityList, SystemStatus } from "../protocol/system";
import type { Call } from "./rest";

export interface System {
  /** What is connected here, and who can change that. */
  system(): Promise<SystemView>;
  /** How every part does, looked at now; for admins. */
  status(): Promise<SystemStatus>;
  /** What one may do in a project, and who else may. */
  abilities(project: string): Promise<AbilityList>;
}

export function systemAt(call: Call): System {
  return {
    system: () => call("GET", "/system"),
    status: () => call("GET", "/system/status"),
    abilities: (project) => call("GET", `/system/abilities?project_id=${project}`),
  };
}
