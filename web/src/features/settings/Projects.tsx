import { useState } from "react";
import type { ProjectChange, ProjectDetail } from "../../protocol/people";
import { chatAddress } from "../../state/addresses";
import { useAsked } from "../../state/asked";
import { anyOf } from "../../state/models";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { day } from "../../ui/dates";
import { Field } from "../../ui/Field";
import { Link } from "../../ui/navigation";
import { NotCome } from "../../ui/NotCome";
import { Form } from "./Form";
import { Members } from "./Members";
import { useSending } from "./use-sending";

/** The projects one belongs to: each has its own talks, members and things. */
export function Projects() {
  const rest = useRest();
  const acts = useActs();
  const joined = useRoom((room) => room.me?.projects.map(({ id, name }) => `${id} ${name}`).join(",") ?? "");
  const mayMake = useRoom((room) => room.me?.permissions.includes("projects:create") ?? false);
  const { value: projects, problem, again, put } = useAsked(`projects ${joined}`, () => rest.projects());
  const [open, setOpen] = useState<string | null>(null);
  const change = (project: ProjectDetail, to: ProjectChange, done: string) =>
    acts.attempt(async () => {
      const now = await rest.changeProject(project.id, to);
      put((projects ?? []).map((one) => (one.id === now.id ? now : one)));
      acts.tell(done);
    });
  return (
    <section aria-labelledby="projects">
      <h2 id="projects">Projects</h2>
      <p className="soft">A project has its own talks, things and members. Everybody here is in the shared one.</p>
      <NotCome why={problem} again={again} />
      {projects === null && problem === null && <p className="faint">Fetching…</p>}
      <ul className="settings-rows">
        {(projects ?? []).map((project) => (
          <li key={project.id} className={open === project.id ? "opened" : undefined}>
            <Row
              project={project}
              isOpen={open === project.id}
              toggle={() => setOpen(open === project.id ? null : project.id)}
              change={(to, done) => void change(project, to, done)}
            />
          </li>
        ))}
      </ul>
      {mayMake ? <NewProject made={(project) => put([...(projects ?? []), project])} /> : <NotForGuests />}
    </section>
  );
}

interface RowProps {
  project: ProjectDetail;
  isOpen: boolean;
  toggle: () => void;
  change: (to: ProjectChange, done: string) => void;
}

function Row({ project, isOpen, toggle, change }: RowProps) {
  const { name, description, status } = project;
  return (
    <>
      <div>
        <b>
          <bdi>{name}</bdi>
        </b>
        {description !== "" && <p className="soft">{description}</p>}
        <p className="faint">{factsOf(project)}</p>
      </div>
      <div className="settings-acts" role="group" aria-label={`What to do with ${name}`}>
        {status === "active" && <Enter project={project} isOpen={isOpen} toggle={toggle} />}
        {project.may_manage && !project.is_home && <Shelve project={project} change={change} />}
      </div>
      {isOpen && (
        <div className="project-inside">
          {project.may_manage && <Describe project={project} change={change} />}
          <Members project={project} />
        </div>
      )}
    </>
  );
}

function Enter({ project: { id, is_home, may_manage }, isOpen, toggle }: Omit<RowProps, "change">) {
  return (
    <>
      <Link to={chatAddress({ project: is_home ? null : id })} className="plain">
        Begin a conversation
      </Link>
      <button className="quiet" aria-expanded={isOpen} onClick={toggle}>
        {isOpen ? "Close" : may_manage ? "Change" : "Members"}
      </button>
    </>
  );
}

function Shelve({ project: { name, status }, change }: Pick<RowProps, "project" | "change">) {
  if (status === "active") {
    return (
      <button className="quiet" onClick={() => change({ status: "archived" }, `“${name}” is in the archive. Nothing in it is lost.`)}>
        Archive
      </button>
    );
  }
  return (
    <button className="plain" onClick={() => change({ status: "active" }, `“${name}” is back.`)}>
      Take out of the archive
    </button>
  );
}

function Describe({ project, change }: Pick<RowProps, "project" | "change">) {
  const [name, setName] = useState(project.name);
  const [words, setWords] = useState(project.description);
  const save = () => change({ name: name.trim(), description: words.trim() }, "That is kept.");
  return (
    <Form label={`Change ${project.name}`} problem={null} busy={false} send="Save" onSend={save}>
      <Field label="Name" value={name} maxLength={100} onText={setName} />
      <Field label="What it is about" value={words} maxLength={1000} onText={setWords} />
    </Form>
  );
}

function NewProject({ made }: { made: (project: ProjectDetail) => void }) {
  const rest = useRest();
  const acts = useActs();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [words, setWords] = useState("");
  const { busy, problem, send, refuse } = useSending();
  if (!isOpen) {
    return (
      <button className="plain" onClick={() => setOpen(true)}>
        Make a project
      </button>
    );
  }
  const make = async () => {
    if (name.trim() === "") {
      refuse("Give it a name.");
      return;
    }
    const isMade = await send(async () => made(await rest.addProject({ name: name.trim(), description: words.trim() })));
    if (!isMade) return;
    acts.tell(`“${name.trim()}” is made.`);
    setOpen(false);
    setName("");
    setWords("");
  };
  return (
    <Form label="A new project" problem={problem} busy={busy} send="Make it" onSend={() => void make()} leave={() => setOpen(false)}>
      <Field label="Name" value={name} autoFocus maxLength={100} onText={setName} />
      <Field label="What it is about (may stay empty)" value={words} maxLength={1000} onText={setWords} />
    </Form>
  );
}

function NotForGuests() {
  const system = useAsked("system", (rest) => rest.system());
  return <p className="soft">As a guest you make no projects of your own. {anyOf(system.value?.admins ?? [])} can change what you are here.</p>;
}

function factsOf({ is_home, owner_name, member_count, status, last_chat_at }: ProjectDetail): string {
  const whose = is_home ? "shared by everybody" : `of ${owner_name ?? "nobody"}`;
  const count = member_count === 1 ? "1 member" : `${String(member_count)} members`;
  const last = last_chat_at === null ? "nothing said yet" : `last talk on ${day(last_chat_at)}`;
  return [whose, count, last, status === "archived" && "in the archive"].filter(Boolean).join(" · ");
}
