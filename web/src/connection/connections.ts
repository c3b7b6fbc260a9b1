/** The doors for other systems that this house is joined to. What changes one answers with all of them. */

import type { ConnectionChange, ConnectionList, ConnectionTrial, ConnectionTried, ConnectionView, NewConnection } from "../protocol/connections";
import type { Call } from "./rest";

export interface Connections {
  connections(): Promise<ConnectionView[]>;
  connect(connection: NewConnection): Promise<ConnectionView[]>;
  changeConnection(id: string, change: ConnectionChange): Promise<ConnectionView[]>;
  disconnect(id: string): Promise<ConnectionView[]>;
  /** Looks whether it works, without keeping anything; with an id, what is left out is as it is kept. */
  tryConnection(id: string | null, trial: ConnectionTrial): Promise<ConnectionTried>;
}

export function connectionsAt(call: Call): Connections {
  const all = async (method: string, path: string, body?: unknown) => (await call<ConnectionList>(method, `/connections${path}`, body)).connections;
  return {
    connections: () => all("GET", ""),
    connect: (connection) => all("POST", "", connection),
    changeConnection: (id, change) => all("PATCH", `/${id}`, change),
    disconnect: (id) => all("DELETE", `/${id}`),
    tryConnection: (id, trial) => call("POST", `/connections${id === null ? "" : `/${id}`}/check`, trial),
  };
}
