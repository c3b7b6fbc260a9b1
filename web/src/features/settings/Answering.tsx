import type { ModelView } from "../../protocol/providers";
import { isBuiltIn, nameOf, whereItGoes } from "../../state/models";
import { useActs, useRoom } from "../../state/use-room";

/** Who answers where nobody else is asked for, and with one press somebody else. */
export function Answering({ mayDecide }: { mayDecide: boolean }) {
  const models = useRoom((room) => room.models);
  const allowed = models.filter((model) => model.is_allowed);
  return (
    <section aria-labelledby="answering">
      <h2 id="answering">Who answers</h2>
      <p className="soft">One of these answers every question, unless somebody chose another one for themselves.</p>
      <ul className="settings-rows">
        {allowed.map((model) => (
          <Row key={model.id} model={model} before={allowed.find((one) => one.is_default)} mayDecide={mayDecide} />
        ))}
      </ul>
    </section>
  );
}

function Row({ model, before, mayDecide }: { model: ModelView; before: ModelView | undefined; mayDecide: boolean }) {
  const acts = useActs();
  const name = isBuiltIn(model.id) ? "The built-in model" : nameOf(model.id);
  const makeDefault = async () => {
    if (!(await acts.makeDefault(model.id))) return;
    acts.tell(`${name} answers now.`, before === undefined ? null : () => void acts.makeDefault(before.id));
  };
  return (
    <li aria-current={model.is_default}>
      <div>
        <b>{name}</b>
        <p className="faint">{whereItGoes(model)}</p>
      </div>
      {model.is_default && <span className="answers-now">answers now</span>}
      {!model.is_default && mayDecide && (
        <button className="plain" aria-label={`Let it answer: ${nameOf(model.id)}`} onClick={() => void makeDefault()}>
          Let it answer
        </button>
      )}
    </li>
  );
}
