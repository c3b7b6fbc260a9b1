import type { Ref } from "react";
import type { ProviderView } from "../../protocol/providers";
import { Sure } from "../../ui/Sure";
import type { Trial } from "./trial";
import { useTrial, wordsFor } from "./trial";

interface Props {
  provider: ProviderView;
  change: () => void;
  /** Given the button that opens it. */
  changeButton: Ref<HTMLButtonElement>;
  remove: () => void;
  /** Lets it be asked, or no longer; null where that follows from whose it is. */
  allow: ((isAllowed: boolean) => void) | null;
}

/** One provider: where the talk goes, whether it may, and what can be done with it. */
export function ProviderRow({ provider, change, changeButton, remove, allow }: Props) {
  const { name, is_allowed } = provider;
  const { trial, tryOut } = useTrial();
  const fromApp = provider.source === "app";
  const [model] = provider.models;
  const test = () => void tryOut(model === undefined ? { name } : { name, model });
  return (
    <>
      <Told provider={provider} trial={trial} isOwn={allow === null} />
      <div className="settings-acts" role="group" aria-label={`What to do with ${name}`}>
        {!is_allowed && allow !== null && (
          <button className="plain" onClick={() => allow(true)}>
            Allow it
          </button>
        )}
        <button className="quiet" disabled={trial?.came === null} onClick={test}>
          Test
        </button>
        {fromApp && (
          <button ref={changeButton} className="quiet" onClick={change}>
            Change
          </button>
        )}
        {is_allowed && allow !== null && (
          <button className="quiet" onClick={() => allow(false)}>
            Send nothing there any more
          </button>
        )}
        {fromApp && (
          <Sure
            label="Remove…"
            question={`Remove ${name}? Its key is deleted, and its models answer no more. What they said stays.`}
            yes="Remove it"
            no="Keep it"
            act={remove}
          />
        )}
      </div>
    </>
  );
}

function Told({ provider, trial, isOwn }: { provider: ProviderView; trial: Trial | null; isOwn: boolean }) {
  const { name, host, source, is_allowed } = provider;
  return (
    <div>
      <b>{name}</b>
      <p className="faint">{factsOf(provider)}</p>
      {source === "environment" && <p className="faint">It was found in the settings of the server, and is changed there.</p>}
      {!is_allowed && <p className="soft">{isOwn ? "It is not asked before an admin says so." : `Nothing is sent to ${host} before your word.`}</p>}
      <p role="status" className={trial?.came?.works === false ? "problem" : "soft"}>
        {trial !== null && wordsFor(trial)}
      </p>
    </div>
  );
}

function factsOf({ base_url, models, has_key }: ProviderView): string {
  const count = models.length === 1 ? (models[0] ?? "") : `${String(models.length)} models`;
  return `${base_url} · ${count} · ${has_key ? "with a key" : "without a key"}`;
}
