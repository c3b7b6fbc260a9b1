import { useAsked } from "../../state/asked";
import { anyOf } from "../../state/models";

/** For whoever may not decide something: who may. `what` goes on after "Only Robin". */
export function NotYours({ title, what }: { title: string; what: string }) {
  const system = useAsked("system", (rest) => rest.system());
  return (
    <section aria-labelledby="not-yours">
      <h2 id="not-yours">{title}</h2>
      <p className="soft">
        Only {anyOf(system.value?.admins ?? [])} {what}
      </p>
    </section>
  );
}
