import { useEffect } from "react";
import { useAsked } from "../../state/asked";
import { anyOf } from "../../state/models";
import { useActs, useRoom } from "../../state/use-room";
import { Answering } from "./Answering";
import { Providers } from "./Providers";

/** Who answers here, and who could: for admins to decide, for everybody to know. */
export function ModelSettings() {
  const acts = useActs();
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  useEffect(() => void acts.readModels(), [acts]);
  return (
    <>
      <Answering mayDecide={mayDecide} />
      {mayDecide ? <Providers /> : <NotYours />}
    </>
  );
}

/** For whoever may not change this: who may. */
function NotYours() {
  const system = useAsked("system", (rest) => rest.system());
  return (
    <section aria-labelledby="providers">
      <h2 id="providers">Providers</h2>
      <p className="soft">
        Only {anyOf(system.value?.admins ?? [])} can change who answers and where the talk goes. Among those above you can choose for yourself, at the top of any
        conversation.
      </p>
    </section>
  );
}
