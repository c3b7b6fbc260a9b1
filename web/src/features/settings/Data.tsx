import { useState } from "react";
import type { DatasourceList, DatasourceView } from "../../protocol/datasources";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { Choice } from "../../ui/Field";
import { NotCome } from "../../ui/NotCome";
import { DatasourceForm } from "./DatasourceForm";
import { DatasourceRow } from "./DatasourceRow";
import { NotYours } from "./NotYours";

/** What the projects that one is in work with: databases, APIs, files. Admins decide, everybody sees. */
export function Data() {
  const projects = useRoom((room) => room.me?.projects) ?? [];
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  const [chosen, choose] = useState<string | null>(null);
  const project = projects.find(({ id }) => id === chosen) ?? projects.find(({ is_home }) => is_home) ?? projects[0];
  if (project === undefined) return null;
  return (
    <>
      <section aria-labelledby="data">
        <h2 id="data">Data</h2>
        <p className="soft">
          What a project works with besides the house. It can be asked about in the conversations of that project alone, and whatever would change it is asked
          first.
        </p>
        {projects.length > 1 && <Choice label="Project" value={project.id} options={projects.map(({ id, name }) => [id, name] as const)} onText={choose} />}
        <OfProject key={project.id} project={project.id} name={project.name} />
      </section>
      {!mayDecide && <NotYours title="More of it" what="can give a project a database, an API or files." />}
    </>
  );
}

function OfProject({ project, name }: { project: string; name: string }) {
  const rest = useRest();
  const { value, problem, again } = useAsked(`data ${project}`, () => rest.datasources(project));
  if (value === null) return problem === null ? <p className="faint">Fetching…</p> : <NotCome why={problem} again={again} />;
  return (
    <>
      <NotCome why={problem} again={again} />
      <Kept project={project} name={name} list={value} again={again} />
    </>
  );
}

/** The one that is being written down: its id, or a new one, for everybody in the project or for oneself; null for none. */
type Open = string | typeof NEW | typeof OWN | null;
const NEW = Symbol("a new one");
const OWN = Symbol("a new one for oneself");

function Kept({ project, name, list, again }: { project: string; name: string; list: DatasourceList; again: () => void }) {
  const rest = useRest();
  const acts = useActs();
  const [open, setOpen] = useState<Open>(null);
  const { datasources, kinds, own_kinds: ownKinds = [] } = list;
  const kept = (now: DatasourceView) => {
    acts.tell(typeof open === "symbol" ? `${now.name} is kept.` : `${now.name} is changed.`);
    setOpen(null);
    again();
  };
  const remove = (one: DatasourceView) =>
    acts.attempt(async () => {
      await rest.removeDatasource(project, one.id);
      acts.tell(`${one.name} is removed, with its secrets. What it leads to stays as it is.`);
      again();
    });
  const form = (known: DatasourceView | null, isMine: boolean) => (
    <>
      <h3>{known !== null ? <bdi>{known.name}</bdi> : isMine ? "For yourself alone" : "Something new"}</h3>
      <DatasourceForm project={project} known={known} isMine={isMine} kinds={isMine ? ownKinds : kinds} kept={kept} leave={() => setOpen(null)} />
    </>
  );
  return (
    <>
      <ul className="settings-rows">
        {datasources.map((one) => (
          <li key={one.id} className={open === one.id ? "opened" : undefined}>
            {open === one.id ? (
              form(one, one.is_mine ?? false)
            ) : (
              <DatasourceRow datasource={one} mayDecide={one.is_mine === true || kinds.length > 0} change={() => setOpen(one.id)} remove={() => void remove(one)} />
            )}
          </li>
        ))}
      </ul>
      {datasources.length === 0 && open === null && (
        <p className="faint settings-none">
          <bdi>{name}</bdi> works with nothing else yet.
        </p>
      )}
      {typeof open === "symbol" ? (
        form(null, open === OWN)
      ) : (
        <div className="settings-acts">
          {kinds.length > 0 && <AddOne words="Add a datasource" add={() => setOpen(NEW)} />}
          {ownKinds.length > 0 && <AddOne words="Add one for yourself alone" add={() => setOpen(OWN)} />}
        </div>
      )}
    </>
  );
}

function AddOne({ words, add }: { words: string; add: () => void }) {
  return (
    <button className="plain" onClick={add}>
      {words}
    </button>
  );
}
