/** The doors for the databases, APIs and files that a project works with. */

import type { DatasourceChange, DatasourceList, DatasourceTrial, DatasourceTried, DatasourceView, NewDatasource } from "../protocol/datasources";
import type { Call } from "./rest";

/** How signing in at an MCP server stands. */
export interface SignIn {
  signed_in: boolean;
  /** Whether it let nobody in when it was asked last. */
  wanted: boolean;
  /** Whether each person signs in for themselves. */
  personal: boolean;
  /** Where somebody signed in, who did, and when. */
  issuer: string | null;
  by: string | null;
  at: string | null;
  /** Why nobody is signed in, where that is known. */
  problem: string | null;
}

export interface Datasources {
  /** Those of a project, and the kinds that one may add. */
  datasources(project: string): Promise<DatasourceList>;
  addDatasource(project: string, datasource: NewDatasource): Promise<DatasourceView>;
  changeDatasource(project: string, id: string, change: DatasourceChange): Promise<DatasourceView>;
  removeDatasource(project: string, id: string): Promise<void>;
  /** Looks whether it works, without keeping anything; with an id, what is left out is as it is kept. */
  tryDatasource(project: string, id: string | null, trial: DatasourceTrial): Promise<DatasourceTried>;
  signInOf(project: string, id: string): Promise<SignIn>;
  /** Where to send this browser; it comes back by itself. */
  beginSignIn(project: string, id: string): Promise<{ url: string }>;
  endSignIn(project: string, id: string): Promise<void>;
}

export function datasourcesAt(call: Call): Datasources {
  const at = (project: string, id: string | null = null) => `/projects/${project}/datasources${id === null ? "" : `/${id}`}`;
  return {
    datasources: (project) => call("GET", at(project)),
    addDatasource: (project, datasource) => call("POST", at(project), datasource),
    changeDatasource: (project, id, change) => call("PATCH", at(project, id), change),
    removeDatasource: (project, id) => call("DELETE", at(project, id)),
    tryDatasource: (project, id, trial) => call("POST", `${at(project, id)}/check`, trial),
    signInOf: (project, id) => call("GET", `${at(project, id)}/sign-in`),
    beginSignIn: (project, id) => call("POST", `${at(project, id)}/sign-in`),
    endSignIn: (project, id) => call("DELETE", `${at(project, id)}/sign-in`),
  };
}
