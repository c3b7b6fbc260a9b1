import { useState } from "react";
import type { Ability } from "../../protocol/system";
import { useAsked } from "../../state/asked";
import { useRest, useRoom } from "../../state/use-room";
import { Choice } from "../../ui/Field";
import { NotCome } from "../../ui/NotCome";
import { nameOf } from "../../ui/runs";
import { ROLES } from "./roles";
import { EFFECTS, firstOf, whoMay } from "./system-words";

/** What one may do in a project by asking for it, what comes of it, and who else may. */
export function Abilities() {
  const projects = useRoom((room) => room.me?.projects) ?? [];
  const [chosen, choose] = useState<string | null>(null);
  const project = projects.find(({ id }) => id === chosen) ?? projects.find(({ is_home }) => is_home) ?? projects[0];
  if (project === undefined) return null;
  return (
    <section aria-labelledby="abilities">
      <h2 id="abilities">What can be done here</h2>
      <p className="soft">Just ask for it in a conversation: whoever answers chooses what is needed.</p>
      {projects.length > 1 && <Choice label="Project" value={project.id} options={projects.map(({ id, name }) => [id, name] as const)} onText={choose} />}
      <InProject key={project.id} project={project.id} />
    </section>
  );
}

function InProject({ project }: { project: string }) {
  const rest = useRest();
  const { value, problem, again } = useAsked(`abilities ${project}`, () => rest.abilities(project));
  if (value === null) return problem === null ? <p className="faint">Fetching…</p> : <NotCome why={problem} again={again} />;
  const { role, abilities } = value;
  return (
    <>
      <NotCome why={problem} again={again} />
      <p className="faint">{ROLES[role].words}</p>
      {abilities.length === 0 && <p className="faint settings-none">Nothing can be done in this project yet.</p>}
      {EFFECTS.map(([effect, title, words]) => (
        <OfEffect key={effect} title={title} words={words} abilities={abilities.filter((one) => one.effect === effect)} />
      ))}
    </>
  );
}

function OfEffect({ title, words, abilities }: { title: string; words: string; abilities: readonly Ability[] }) {
  if (abilities.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <p className="soft">{words}</p>
      <ul className="settings-rows">
        {abilities.map((one) => (
          <li key={one.name}>
            <div>
              <b>{nameOf(one)}</b>
              <p className="faint">{firstOf(one.description)}</p>
            </div>
            <p className="soft">{whoMay(one.roles)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
