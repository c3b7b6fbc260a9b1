import { useEffect } from "react";
import type { ConnectionView, Imported } from "../../protocol/connections";
import { useRoom } from "../../state/use-room";
import { since } from "../../ui/dates";
import { useNow } from "../../ui/now";
import { Sure } from "../../ui/Sure";

const LOOK = 5_000;

interface Props {
  connection: ConnectionView;
  change: () => void;
  turn: (isOn: boolean) => void;
  remove: () => void;
  /** Asks anew how it stands. */
  again: () => void;
}

/** One connection: how it stands, what was taken over, and what can be done with it. */
export function ConnectionRow({ connection, change, turn, remove, again }: Props) {
  const { name, is_on } = connection;
  return (
    <>
      <Told connection={connection} again={again} />
      <div className="settings-acts" role="group" aria-label={`What to do with ${name}`}>
        <button className="quiet" onClick={change}>
          Change
        </button>
        <button className={is_on ? "quiet" : "plain"} onClick={() => turn(!is_on)}>
          {is_on ? "Disconnect for now" : "Connect again"}
        </button>
        <Sure
          label="Remove…"
          question={`Remove ${name}? Its token is deleted, and its devices are kept in step and told what to do no more. What was taken over stays as it is now.`}
          yes="Remove it"
          no="Keep it"
          act={remove}
        />
      </div>
    </>
  );
}

const DOTS: Record<ConnectionView["state"], string> = { off: "", connecting: "executing", connected: "completed", away: "unknown", refused: "failed" };

function Told({ connection, again }: Pick<Props, "connection" | "again">) {
  const { name, base_url, project_name, state, words, problem, server, imported } = connection;
  const isOnItsWay = state === "connecting";
  // While it is being joined it is looked at again, until it stands one way or the other.
  useEffect(() => {
    if (!isOnItsWay) return undefined;
    const timer = setInterval(again, LOOK);
    return () => clearInterval(timer);
  }, [isOnItsWay, again]);
  return (
    <div>
      <p className="connection-name">
        <span className={`dot ${DOTS[state]}`} aria-hidden="true" />
        <b>
          <bdi>{name}</bdi>
        </b>
      </p>
      <p role="status">{words}</p>
      {problem && <p className="problem">{problem.message}</p>}
      <p className="faint">{[base_url, server, `into ${project_name}`].filter(Boolean).join(" · ")}</p>
      {imported && <Taken imported={imported} />}
    </div>
  );
}

function Taken({ imported: { zones, rooms, devices, routines, at } }: { imported: Imported }) {
  const now = useNow() + useRoom((room) => room.view.ahead);
  const counts = [count(zones, "zone"), count(rooms, "room"), count(devices, "device"), count(routines, "automation, scene or script", "automations, scenes and scripts")];
  return (
    <p className="faint">
      Taken over: {counts.filter((one) => one !== "").join(", ") || "nothing yet"} · compared {since(at, now)}
    </p>
  );
}

function count(number: number, one: string, many = `${one}s`): string {
  return number === 0 ? "" : `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;
}
