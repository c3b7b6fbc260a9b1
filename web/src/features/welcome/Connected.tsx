import type { ReactNode } from "react";
import type { SystemView } from "../../protocol/house";
import type { Asked } from "../../state/asked";
import { isBuiltIn, nameOf, whereItGoes } from "../../state/models";
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
  const others = useRoom((room) => room.models.length > 1);
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  if (now === null) return null;
  const name = isBuiltIn(now.id) ? "Built-in model" : nameOf(now.id);
  return (
    <>
      <Part name={name} is>
        It answers. {whereItGoes(now)}
      </Part>
      {!others && (
        <Part name="Language model" is={false}>
          None is set up. One could answer freely, with the same tools.{" "}
          {mayDecide ? <Link to="/settings/models">Set one up</Link> : whoCan(admins)}
        </Part>
      )}
    </>
  );
}

/** Who can set something up, for somebody who cannot. */
function whoCan(admins: readonly string[]): string {
  if (admins.length === 0) return "An admin can set one up.";
  return `${new Intl.ListFormat("en-GB", { type: "disjunction" }).format(admins)} can set one up.`;
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
