import { useMemo, useState } from "react";
import { forBrowser, recalled, remembered } from "../../connection/keep";
import type { ModelView } from "../../protocol/providers";
import { useActs, useRoom } from "../../state/use-room";

const NOT_NOW = "parlour.not-now";

/**
 * Models that were found on the server. Nothing goes to one before an admin's word. Where it is to be `calm` it says
 * only what one can act on, and can be sent away.
 */
export function Offers({ calm = false }: { calm?: boolean }) {
  const models = useRoom((room) => room.models);
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  const offered = useMemo(() => firstOfEach(models.filter((model) => !model.is_allowed)), [models]);
  if (!mayDecide) {
    return calm ? null : offered.map(({ id }) => <p key={id} className="offer">{`${id} could answer too, once an admin allows it.`}</p>);
  }
  return offered.map((model) => <Offer key={model.id} model={model} calm={calm} />);
}

function Offer({ model: { id, provider, host }, calm }: { model: ModelView; calm: boolean }) {
  const acts = useActs();
  const [gone, setGone] = useState(() => calm && recalled(forBrowser, NOT_NOW) === provider);
  if (gone) return null;
  const later = () => {
    remembered(forBrowser, NOT_NOW, provider);
    setGone(true);
  };
  return (
    <div className="offer">
      <p>
        Ask {id} at {host}? Questions, and what the tools find, would go there; so far nothing has.
      </p>
      <button className="plain" onClick={() => void acts.allowProvider(provider, true)}>
        Allow it
      </button>
      {calm && (
        <button className="quiet" onClick={later}>
          Not now
        </button>
      )}
    </div>
  );
}

/** The word is given for a provider, so each is offered once. */
function firstOfEach(models: readonly ModelView[]): ModelView[] {
  return models.filter((model, index) => models.findIndex((other) => other.provider === model.provider) === index);
}
