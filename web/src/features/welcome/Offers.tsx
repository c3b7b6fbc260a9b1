import { useMemo, useState } from "react";
import { recalled, remembered } from "../../connection/keep";
import { browserShelf } from "../../connection/shelf";
import type { ModelView } from "../../protocol/providers";
import { useActs, useRoom } from "../../state/use-room";

const NOT_NOW = "parlour.not-now";

/** Models that were found on the server, for whoever may let them answer. Nothing goes to one before that word. */
export function Offers() {
  const models = useRoom((room) => room.models);
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  const offered = useMemo(() => firstOfEach(models.filter((model) => !model.is_allowed)), [models]);
  return mayDecide ? offered.map((model) => <Offer key={model.id} model={model} />) : null;
}

function Offer({ model: { id, provider, host } }: { model: ModelView }) {
  const acts = useActs();
  const [gone, setGone] = useState(() => recalled(browserShelf, NOT_NOW) === provider);
  if (gone) return null;
  const later = () => {
    remembered(browserShelf, NOT_NOW, provider);
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
      <button className="quiet" onClick={later}>
        Not now
      </button>
    </div>
  );
}

/** The word is given for a provider, so each is offered once. */
function firstOfEach(models: readonly ModelView[]): ModelView[] {
  return models.filter((model, index) => models.findIndex((other) => other.provider === model.provider) === index);
}
