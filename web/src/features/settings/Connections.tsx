import { useState } from "react";
import type { ConnectionView } from "../../protocol/connections";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { NotCome } from "../../ui/NotCome";
import { ConnectionForm } from "./ConnectionForm";
import { ConnectionRow } from "./ConnectionRow";
import { NotYours } from "./NotYours";

/** What outside of this house it is joined to: for admins to decide, for everybody else to know who may. */
export function Connections() {
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  return mayDecide ? <Joined /> : <NotYours title="Connections" what="can join this house to another system, such as Home Assistant." />;
}

function Joined() {
  const rest = useRest();
  const acts = useActs();
  const { value: connections, problem, again, put } = useAsked("connections", () => rest.connections());
  // The one that is being written down: its id, "" for a new one, null for none.
  const [open, setOpen] = useState<string | null>(null);
  const kept = (now: ConnectionView[], name: string) => {
    acts.tell(open === "" ? `${name} is kept, and is being connected.` : `${name} is changed.`);
    put(now);
    setOpen(null);
  };
  const turn = (connection: ConnectionView, is_on: boolean) =>
    acts.attempt(async () => {
      put(await rest.changeConnection(connection.id, { is_on }));
    });
  const remove = (connection: ConnectionView) =>
    acts.attempt(async () => {
      put(await rest.disconnect(connection.id));
      acts.tell(`${connection.name} is removed, and its token is deleted.`);
    });
  return (
    <section aria-labelledby="connections">
      <h2 id="connections">Connections</h2>
      <p className="soft">
        Another system whose rooms and devices belong to this house, such as Home Assistant. They are read, kept in step, and told what to do; what is asked
        here first, is asked first there too.
      </p>
      <NotCome why={problem} again={again} />
      {connections === null && problem === null && <p className="faint">Fetching…</p>}
      <ul className="settings-rows">
        {(connections ?? []).map((connection) => (
          <li key={connection.id} className={open === connection.id ? "opened" : undefined}>
            {open === connection.id ? (
              <>
                <h3>{connection.name}</h3>
                <ConnectionForm known={connection} kept={kept} leave={() => setOpen(null)} />
              </>
            ) : (
              <ConnectionRow
                connection={connection}
                change={() => setOpen(connection.id)}
                turn={(isOn) => void turn(connection, isOn)}
                remove={() => void remove(connection)}
                again={again}
              />
            )}
          </li>
        ))}
      </ul>
      {connections?.length === 0 && open !== "" && <p className="faint settings-none">Nothing is connected yet.</p>}
      {open === "" ? (
        <>
          <h3>Home Assistant</h3>
          <ConnectionForm known={null} kept={kept} leave={() => setOpen(null)} />
        </>
      ) : (
        <button className="plain" disabled={connections === null} onClick={() => setOpen("")}>
          Connect Home Assistant
        </button>
      )}
    </section>
  );
}
