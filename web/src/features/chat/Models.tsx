import type { ModelView } from "../../protocol/rest";
import { useActs, useRoom } from "../../state/use-room";

const DECIDES = "house:manage";

/** Who answers here, and who could once an admin says so. */
export function Models({ chosen, choose }: { chosen: string | null; choose: (id: string | null) => void }) {
  const models = useRoom((room) => room.models);
  const permissions = useRoom((room) => room.me?.permissions);
  const standard = models.find((model) => model.is_default);
  const allowed = models.filter((model) => model.is_allowed);
  const offered = [...new Set(models.filter((model) => !model.is_allowed).map((model) => model.provider))];
  const current = allowed.find((model) => model.id === chosen) ?? standard;
  if (current === undefined) return null;
  if (allowed.length === 1 && offered.length === 0) return <span className="pill">{current.id}</span>;
  return (
    <details className="pop">
      <summary className="pill">{current.id} ⌄</summary>
      <div className="pop-inside">
        <p className="faint">Who answers</p>
        {allowed.map((model) => (
          <Choice key={model.id} model={model} on={model.id === current.id} choose={() => choose(model.id)} />
        ))}
        {offered.map((provider) => (
          <Offer key={provider} provider={provider} mayDecide={permissions?.includes(DECIDES) ?? false} />
        ))}
      </div>
    </details>
  );
}

function Choice({ model, on, choose }: { model: ModelView; on: boolean; choose: () => void }) {
  return (
    <button
      className="pop-item"
      aria-pressed={on}
      onClick={(event) => {
        choose();
        event.currentTarget.closest("details")?.removeAttribute("open");
      }}
    >
      {model.id}
      {on && <span className="faint"> · now</span>}
    </button>
  );
}

/** A provider that was found on the server. Nothing goes there before an admin's word. */
function Offer({ provider, mayDecide }: { provider: string; mayDecide: boolean }) {
  const acts = useActs();
  return (
    <div className="offer">
      <p>
        {provider} was found on this server. Nothing has been sent there.{" "}
        {mayDecide ? "If you use it, questions and what the tools find go to it." : "An admin can decide to use it."}
      </p>
      {mayDecide && (
        <button className="plain" onClick={() => void acts.allowProvider(provider)}>
          Use {provider}
        </button>
      )}
    </div>
  );
}
