import type { ReactNode } from "react";
import type { SystemView } from "../../protocol/house";
import type { Asked } from "../../state/asked";
import { anyOf, isBuiltIn, nameOf, whereItGoes } from "../../state/models";
import { answering } from "../../state/room";
import { useRoom } from "../../state/use-room";
import { Link } from "../../ui/navigation";

/** What is connected here and what is not, quietly, below everything else. */
export function Connected({ system }: { system: Asked<SystemView> }) {
  const parts = system.value?.parts ?? [];
  return (
    <section className="connected" aria-label="What is connected">
      {system.problem !== null && (
        <p className="faint">
          What is connected could not be found out. {system.problem}{" "}
          <button className="quiet" onClick={system.again}>
            Try again
          </button>
        </p>
      )}
      <dl>
        {parts
          .filter((part) => part.kind === "home")
          .map((part) => (
            <Part key={part.name} name={part.name} is={part.state === "connected"}>
              {part.words}
            </Part>
          ))}
        <WhoAnswers admins={system.value?.admins ?? []} />
        {parts
          .filter((part) => part.kind === "database")
          .map((part) => (
            <Part key={part.name} name={part.name} is>
              {part.words}
            </Part>
          ))}
      </dl>
    </section>
  );
}

function WhoAnswers({ admins }: { admins: readonly string[] }) {
  const now = useRoom(answering);
  const models = useRoom((room) => room.models);
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  if (now === null) return null;
  const waiting = [...new Set(models.filter((model) => !model.is_allowed).map((model) => model.provider))];
  const who = anyOf(admins);
  return (
    <>
      <Part name={isBuiltIn(now.id) ? "Built-in model" : nameOf(now.id)} is>
        It answers. {whereItGoes(now)}
      </Part>
      {waiting.map((provider) => (
        <Part key={provider} name={provider} is={false}>
          It was found, and nothing goes there before {mayDecide ? "your word" : `the word of ${who}`}.
        </Part>
      ))}
      {models.length === 1 && (
        <Part name="Language model" is={false}>
          None is set up. One could answer freely, with the same tools.{" "}
          {mayDecide ? <Link to="/settings/models">Set one up</Link> : `${sentenceCase(who)} can set one up.`}
        </Part>
      )}
    </>
  );
}

function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function Part({ name, is, children }: { name: string; is: boolean; children: ReactNode }) {
  return (
    <div>
      <dt>
        <span className={is ? "joined" : "joined not"} aria-hidden="true" />
        {name}
        {!is && <span className="unseen"> (not connected)</span>}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
