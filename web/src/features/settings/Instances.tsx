import type { InstanceView } from "../../protocol/routing";
import { useAsked } from "../../state/asked";
import { NotCome } from "../../ui/NotCome";
import { hasDone, placedAt, standsAs, wentWrong } from "./instance-words";

/** How every model does that may be asked: which are asked now, which rest, and why. */
export function Instances() {
  const { value: instances, problem, again } = useAsked("instances", (rest) => rest.instances());
  return (
    <section aria-labelledby="instances">
      <h2 id="instances">How they do</h2>
      <p className="soft">
        Whoever fails five times in a row rests for a minute, and is then tried with one question. It is counted since the server
        was started, by each server for itself.
      </p>
      <NotCome why={problem} again={again} />
      {instances === null && problem === null && <p className="faint">Fetching…</p>}
      {instances?.length === 0 && <p className="faint">No provider is allowed, so there is nothing to watch.</p>}
      <ul className="settings-rows">
        {(instances ?? []).map((instance) => (
          <Row key={instance.model} instance={instance} />
        ))}
      </ul>
      {instances !== null && instances.length > 0 && (
        <button className="plain" onClick={again}>
          Look again
        </button>
      )}
    </section>
  );
}

function Row({ instance }: { instance: InstanceView }) {
  const isWell = instance.state === "ready" || instance.state === "trying";
  return (
    <li>
      <div>
        <b>{instance.model}</b>
        <p className="faint">{placedAt(instance)}</p>
        <p className="faint">{hasDone(instance)}</p>
        <p className="faint">{wentWrong(instance)}</p>
      </div>
      <p role="status" className={isWell ? "soft" : "problem"}>
        {standsAs(instance)}
      </p>
    </li>
  );
}
