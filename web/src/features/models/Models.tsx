import type { ModelView } from "../../protocol/providers";
import { nameOf, whereItGoes } from "../../state/models";
import { answering } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { Link } from "../../ui/navigation";
import { Pop } from "../../ui/Pop";
import "./models.css";

/** Who answers here, where what is said goes, and who else could answer. */
export function Models() {
  const models = useRoom((room) => room.models);
  const now = useRoom(answering);
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  if (now === null) return null;
  const name = nameOf(now.id);
  if (models.length === 1 && !mayDecide) return <span className="pill">{name}</span>;
  return (
    <Pop className="models" face={<span className="pill">{name} ⌄</span>} label={`Who answers: ${name}`}>
      {(close) => (
        <>
          <p className="faint">Who answers what is asked in this browser</p>
          <div className="models-list">
            {models
              .filter((model) => model.is_allowed)
              .map((model) => (
                <Choice key={model.id} model={model} on={model.id === now.id} close={close} />
              ))}
          </div>
          <Others models={models} mayDecide={mayDecide} />
        </>
      )}
    </Pop>
  );
}

function Choice({ model, on, close }: { model: ModelView; on: boolean; close: () => void }) {
  const acts = useActs();
  const choose = () => {
    // Whoever takes the default follows it when it changes.
    acts.choose(model.is_default ? null : model.id);
    close();
  };
  return (
    <button className="pop-item" aria-pressed={on} onClick={choose}>
      <span className="models-name">
        {nameOf(model.id)}
        {on && <span className="faint"> · now</span>}
      </span>
      <span className="faint">{whereItGoes(model)}</span>
    </button>
  );
}

/** What could answer and may not, and the way to where an admin decides. */
function Others({ models, mayDecide }: { models: readonly ModelView[]; mayDecide: boolean }) {
  const waiting = [...new Set(models.filter((model) => !model.is_allowed).map((model) => model.provider))];
  return (
    <div className="models-others">
      {waiting.map((provider) => (
        <p key={provider} className="faint">
          {mayDecide ? `${provider} could answer too, and waits for your word.` : `${provider} could answer too, once an admin allows it.`}
        </p>
      ))}
      {mayDecide && (
        <Link to="/settings/models" className="pop-item">
          Set up models…
        </Link>
      )}
    </div>
  );
}
