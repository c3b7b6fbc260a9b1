import { useState } from "react";
import type { ToolRunLine, ToolRunPage } from "../../protocol/rest";
import { chatAddress, projectIn } from "../../state/addresses";
import { useAsked } from "../../state/asked";
import { headOf } from "../../state/room";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { Ago } from "../../ui/Ago";
import { CallInside } from "../../ui/CallInside";
import { Disclosure } from "../../ui/Disclosure";
import { Choice } from "../../ui/Field";
import { Link, useFragment } from "../../ui/navigation";
import { NotCome } from "../../ui/NotCome";
import { nameOf, outcomeOf } from "../../ui/runs";

const EVERYWHERE = "";

/** What tools looked up and changed in one's own conversations, the newest first; in one of them, where its id stands behind the #. */
export function Runs() {
  const conversation = useFragment();
  return conversation === null ? <Everywhere /> : <InConversation key={conversation} conversation={conversation} />;
}

function InConversation({ conversation }: { conversation: string }) {
  const title = useRoom((room) => [...(headOf(room)?.conversations ?? []), ...room.read].find(({ id }) => id === conversation)?.title);
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">What was done here</h2>
      <p className="soft">
        What was looked up and changed for you in{" "}
        {title === undefined ? (
          "one conversation"
        ) : (
          <>
            “<bdi>{title}</bdi>”
          </>
        )}
        . Each line opens to what was asked and what came back. <Link to="/settings/runs">Show it of all conversations</Link>
      </p>
      <Done project={null} conversation={conversation} />
    </section>
  );
}

function Everywhere() {
  const projects = useRoom((room) => room.me?.projects) ?? [];
  const [project, choose] = useState(EVERYWHERE);
  const options = [[EVERYWHERE, "All of them"] as const, ...projects.map(({ id, name }) => [id, name] as const)];
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      <p className="soft">What was looked up and changed for you, in all of your conversations. Each line opens to what was asked and what came back.</p>
      {projects.length > 1 && <Choice label="Project" value={project} options={options} onText={choose} />}
      <Done key={project} project={project === EVERYWHERE ? null : project} conversation={null} />
    </section>
  );
}

function Done({ project, conversation }: { project: string | null; conversation: string | null }) {
  const rest = useRest();
  const acts = useActs();
  const { value, problem, again, put } = useAsked(`runs ${project ?? conversation ?? EVERYWHERE}`, () => rest.done({ project, conversation, before: null }));
  const [reading, setReading] = useState(false);
  if (value === null) return problem === null ? <p className="faint">Fetching…</p> : <NotCome why={problem} again={again} />;
  const readOn = async () => {
    setReading(true);
    await acts.attempt(async () => {
      const before = value.runs.at(-1)?.id ?? null;
      put(joined(value, await rest.done({ project, conversation, before })));
    });
    setReading(false);
  };
  return (
    <>
      <NotCome why={problem} again={again} />
      {value.runs.length === 0 && <p className="faint settings-none">No tool has run for you here yet.</p>}
      <ul className="settings-rows">
        {value.runs.map((run) => (
          <li key={run.id} className="opened">
            <Run run={run} where={conversation === null ? run.conversation_title : "its answer"} />
          </li>
        ))}
      </ul>
      {value.has_more && (
        <button className="plain" disabled={reading} onClick={() => void readOn()}>
          {reading ? "One moment…" : "Show earlier ones"}
        </button>
      )}
    </>
  );
}

function joined(before: ToolRunPage, more: ToolRunPage): ToolRunPage {
  return { runs: [...before.runs, ...more.runs], has_more: more.has_more };
}

function Run({ run, where }: { run: ToolRunLine; where: string }) {
  const ahead = useRoom((room) => room.view.ahead);
  const projects = useRoom((room) => room.me?.projects) ?? [];
  const { conversation_id: conversation, message_id: message, decided_by } = run;
  return (
    <div>
      <Disclosure
        face={
          <>
            <span className={`dot ${run.status}`} aria-hidden="true" /> <b>{nameOf(run)}</b>
          </>
        }
        aside={outcomeOf(run)}
      >
        <Inside id={run.id} />
      </Disclosure>
      {run.problem !== null && <p className="problem">{run.problem}</p>}
      <p className="faint">
        <Ago at={run.started_at} ahead={ahead} />
        {decided_by !== null && (
          <>
            {" · decided by "}
            <bdi>{decided_by}</bdi>
          </>
        )}
        {" · in "}
        <Link to={chatAddress({ project: projectIn(projects, run.project_id), conversation, message })}>
          <bdi>{where}</bdi>
        </Link>
      </p>
    </div>
  );
}

function Inside({ id }: { id: string }) {
  const { value, problem, again } = useAsked(`run ${id}`, (rest) => rest.run(id));
  if (value === null) return problem === null ? <p className="faint">Fetching…</p> : <NotCome why={problem} again={again} />;
  return <CallInside call={value} isBack={value.ended_at !== null} heading="h3" />;
}
