import { useEffect, useId, useRef, useState } from "react";
import type { ProviderView } from "../../protocol/providers";
import { useAsked } from "../../state/asked";
import { useActs, useRest } from "../../state/use-room";
import { NotCome } from "../../ui/NotCome";
import { ProviderForm } from "./ProviderForm";
import { ProviderRow } from "./ProviderRow";
import { keyOf, useWhose } from "./whose";

const WHAT = "A provider is a server of models, in this house or elsewhere. Anything that speaks OpenAI’s Chat Completions will do.";

/** The servers of models that are set up here, and how to set one up. */
export function Providers({ title = "Providers", said = WHAT }: { title?: string; said?: string }) {
  const rest = useRest();
  const whose = useWhose();
  const isHouse = whose.kind === "house";
  const heading = useId();
  const acts = useActs();
  const { value: providers, problem, again, put } = useAsked(`providers ${keyOf(whose)}`, () => rest.providers(whose));
  const { open, show, hide, buttonOf } = useOpened();
  const names = (providers ?? []).map(({ name }) => name);

  const kept = (now: ProviderView[], name: string) => {
    acts.tell(open === "" ? `${name} is set up, and may answer.` : `${name} is changed.`);
    put(now);
    hide();
    void acts.readModels();
  };
  const remove = async (name: string) => {
    try {
      put(await rest.removeProvider(whose, name));
      hide();
      acts.tell(`${name} is removed, and its key is deleted.`);
      await acts.readModels();
    } catch (error) {
      acts.tell(error instanceof Error ? error.message : "It could not be removed. Please try again.");
    }
  };
  const allow = async (name: string, isAllowed: boolean) => {
    if (await acts.allowProvider(name, isAllowed)) again();
  };

  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      <p className="soft">{said}</p>
      <NotCome why={problem} again={again} />
      {providers === null && problem === null && <p className="faint">Fetching…</p>}
      <ul className="settings-rows">
        {(providers ?? []).map((provider) => (
          <li key={provider.name} className={open === provider.name ? "opened" : undefined}>
            {open === provider.name ? (
              <>
                <h3>{provider.name}</h3>
                <ProviderForm known={provider} taken={[]} kept={kept} leave={hide} />
              </>
            ) : (
              <ProviderRow
                provider={provider}
                change={() => show(provider.name)}
                changeButton={buttonOf(provider.name)}
                remove={() => void remove(provider.name)}
                allow={isHouse ? (isAllowed) => void allow(provider.name, isAllowed) : null}
              />
            )}
          </li>
        ))}
      </ul>
      <None is={providers?.length === 0 && open !== ""} isHouse={isHouse} />
      {open === "" ? (
        <>
          <h3>A new provider</h3>
          <ProviderForm known={null} taken={names} kept={kept} leave={hide} />
        </>
      ) : (
        <button ref={buttonOf("")} className="plain" aria-label={labelOf(isHouse, title)} disabled={providers === null} onClick={() => show("")}>
          Add a provider
        </button>
      )}
    </section>
  );
}

/** Of several places where one can be added, which; the house's is the one that everybody means. */
function labelOf(isHouse: boolean, title: string): string | undefined {
  return isHouse ? undefined : `Add a provider: ${title}`;
}

function None({ is, isHouse }: { is: boolean; isHouse: boolean }) {
  if (!is) return null;
  return <p className="faint">{isHouse ? "None is set up yet. The built-in model answers without one." : "None is set up yet."}</p>;
}

/** Which provider is being written down: its name, "" for a new one, null for none. Closing leads back to its button. */
function useOpened() {
  const [open, setOpen] = useState<string | null>(null);
  const [buttons] = useState(() => new Map<string, HTMLElement>());
  const was = useRef<string | null>(null);
  useEffect(() => {
    // Of one that was removed meanwhile, or named anew, the one that adds another.
    if (was.current !== null && open === null) (buttons.get(was.current) ?? buttons.get(""))?.focus();
    was.current = open;
  }, [open, buttons]);
  const buttonOf = (name: string) => (button: HTMLElement | null) => {
    if (button === null) buttons.delete(name);
    else buttons.set(name, button);
  };
  return { open, show: setOpen, hide: () => setOpen(null), buttonOf };
}
