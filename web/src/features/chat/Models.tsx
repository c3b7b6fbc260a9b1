import type { ModelView } from "../../protocol/providers";
import { answering } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { Pop } from "../../ui/Pop";
import { Offers } from "./Offers";
import { nameOf } from "../../state/models";

/** Who answers here, who else could, and what an admin may decide about it. */
export function Models() {
  const models = useRoom((room) => room.models);
  const now = useRoom(answering);
  if (now === null) return null;
  if (models.length === 1) return <span className="pill">{nameOf(now.id)}</span>;
  return (
    <Pop face={<span className="pill">{nameOf(now.id)} ⌄</span>} label={`Who answers: ${nameOf(now.id)}`}>
      {(close) => (
        <>
          <p className="faint">Who answers</p>
          {models
            .filter((model) => model.is_allowed)
            .map((model) => (
              <Choice key={model.id} model={model} on={model.id === now.id} close={close} />
            ))}
          <Offers />
          <Allowed close={close} />
        </>
      )}
    </Pop>
  );
}

function Choice({ model, on, close }: { model: ModelView; on: boolean; close: () => void }) {
  const acts = useActs();
  const choose = () => {
    acts.choose(model.id);
    close();
  };
  return (
    <button className="pop-item" aria-pressed={on} onClick={choose}>
      {nameOf(model.id)}
      {on && <span className="faint"> · now</span>}
    </button>
  );
}

/** The providers that are asked here, for whoever may take that back. */
function Allowed({ close }: { close: () => void }) {
  const acts = useActs();
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  const models = useRoom((room) => room.models);
  if (!mayDecide) return null;
  const providers = new Set(models.filter((model) => model.is_allowed && model.id !== model.provider).map((one) => one.provider));
  return [...providers].map((provider) => (
    <button
      key={provider}
      className="pop-item apart"
      onClick={() => {
        close();
        void acts.allowProvider(provider, false);
      }}
    >
      Send nothing to {provider} any more
    </button>
  ));
}
