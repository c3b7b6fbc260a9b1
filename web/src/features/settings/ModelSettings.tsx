import { useEffect, useState } from "react";
import type { Joined } from "../../protocol";
import { NOWHERE } from "../../state/choosing";
import { useAsked } from "../../state/asked";
import { useActs, useRoom } from "../../state/use-room";
import { Choice } from "../../ui/Field";
import { Answering } from "./Answering";
import { Defaults } from "./Defaults";
import { Instances } from "./Instances";
import { NotYours } from "./NotYours";
import { Providers } from "./Providers";
import { Routes } from "./Routes";
import { HOUSE, MINE, WhoseContext } from "./whose";

const YOURS = "can change who answers everybody and where the talk goes. What is above counts for your own questions.";

/** Who answers here, and how: for oneself, in the projects one has, and for admins in the whole house. */
export function ModelSettings() {
  const acts = useActs();
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  useEffect(() => void acts.settle(NOWHERE), [acts]);
  return (
    <>
      <Answering mayDecide={mayDecide} />
      {mayDecide && (
        <>
          <House />
          <Providers />
          <Routes />
          <Instances />
        </>
      )}
      <Own />
      <Projects mayDecide={mayDecide} />
      {!mayDecide && <NotYours title="Providers" what={YOURS} />}
    </>
  );
}

function House() {
  return (
    <section aria-labelledby="house-defaults">
      <h2 id="house-defaults">How it is answered in this house</h2>
      <p className="soft">It counts wherever no project, person or conversation says something else.</p>
      <Defaults whose={HOUSE} title="How it is answered in this house" models={null} next="As set up" />
    </section>
  );
}

function Own() {
  const models = useRoom((room) => room.models);
  const mayBring = useRoom((room) => room.effective?.own_keys ?? false);
  return (
    <>
      <section aria-labelledby="own-defaults">
        <h2 id="own-defaults">Your own defaults</h2>
        <p className="soft">They count for your questions, unless you choose something else in a conversation.</p>
        <Defaults whose={MINE} title="Your own defaults" models={models} next="As the project or the house has it" />
      </section>
      {mayBring && (
        <WhoseContext value={MINE}>
          <Providers title="Providers of your own" said="Only what you ask goes there, with your key." />
        </WhoseContext>
      )}
    </>
  );
}

function Projects({ mayDecide }: { mayDecide: boolean }) {
  const joined = useRoom((room) => room.me?.projects) ?? [];
  const mayBring = useRoom((room) => room.effective?.own_keys ?? false);
  const mine = joined.filter((project) => mayDecide || project.is_owner);
  const [chosen, choose] = useState<string | null>(null);
  const project = mine.find(({ id }) => id === chosen) ?? mine[0];
  if (project === undefined) return null;
  return (
    <>
      <section aria-labelledby="project-defaults">
        <h2 id="project-defaults">Defaults of a project</h2>
        <p className="soft">They count in its conversations, for whoever has no defaults of their own.</p>
        {mine.length > 1 && (
          <Choice label="Project" value={project.id} options={mine.map(({ id, name }) => [id, name] as const)} onText={choose} />
        )}
        <OfProject key={project.id} project={project} />
      </section>
      {(mayDecide || mayBring) && (
        <WhoseContext key={project.id} value={{ kind: "project", id: project.id }}>
          <Providers title={`Providers of ${project.name}`} said="What is asked in its conversations may go there, with this key." />
        </WhoseContext>
      )}
    </>
  );
}

function OfProject({ project }: { project: Joined }) {
  const { value: models } = useAsked(`models ${project.id}`, (rest) => rest.models(project.id));
  const theirs = (models ?? []).filter(({ scope = "tenant" }) => scope !== "user");
  return <Defaults whose={{ kind: "project", id: project.id }} title={`Defaults of ${project.name}`} models={theirs} next="As the house has it" />;
}
