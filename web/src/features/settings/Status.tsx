import type { Component, SystemStatus } from "../../protocol/system";
import { useAsked } from "../../state/asked";
import { useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";
import { NotCome } from "../../ui/NotCome";
import { OVERALL, STANDS, grouped, wanting } from "./system-words";
import "./system.css";

/** How every part of the house does, as the server that was asked sees it. */
export function Status() {
  const { value, problem, again } = useAsked("status", (rest) => rest.status());
  return (
    <section aria-labelledby="status">
      <h2 id="status">How it does</h2>
      {value === null && problem === null && <p className="faint">Looking…</p>}
      <NotCome why={problem} again={again} />
      {value !== null && <Seen status={value} />}
      {value !== null && (
        <button className="plain" onClick={again}>
          Look again
        </button>
      )}
    </section>
  );
}

function Seen({ status }: { status: SystemStatus }) {
  const ahead = useRoom((room) => room.view.ahead);
  const amiss = wanting(status.components);
  return (
    <>
      <p role="status" className={`overall ${status.status}`}>
        <span className={`standing ${status.status}`} aria-hidden="true" /> {OVERALL[status.status]}
      </p>
      <p className="faint">
        Looked at <Ago at={status.at} ahead={ahead} /> · version {status.version} · started <Ago at={status.started_at} ahead={ahead} />
      </p>
      {amiss.length > 0 && <Group title="To be looked at" components={amiss} />}
      {grouped(status.components.filter((one) => !amiss.includes(one))).map(([title, components]) => (
        <Group key={title} title={title} components={components} />
      ))}
    </>
  );
}

function Group({ title, components }: { title: string; components: readonly Component[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ul className="settings-rows">
        {components.map((one) => (
          <li key={`${one.kind} ${one.where ?? ""} ${one.name} ${one.words}`}>
            <div>
              <b>
                <bdi>{one.name}</bdi>
              </b>
              {one.where !== null && (
                <span className="faint">
                  {" in "}
                  <bdi>{one.where}</bdi>
                </span>
              )}
              <p className="soft">{one.words}</p>
            </div>
            <p className="component-state">
              <span className={`standing ${one.state}`} aria-hidden="true" /> {STANDS[one.state]}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
