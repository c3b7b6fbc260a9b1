import type { SubmitEvent } from "react";
import { useState } from "react";
import type { Whose } from "../../connection/deciding";
import { RestError } from "../../connection/rest";
import type { ModelSettings, ModelSettingsView } from "../../protocol/effective";
import type { ModelView } from "../../protocol/providers";
import { inOrder, nameOf } from "../../state/models";
import { NO_PARAMETERS, parameterDraft, parameterProblems, parametersIn } from "../../state/parameters";
import { useAsked } from "../../state/asked";
import { useActs, useRest } from "../../state/use-room";
import { Choice, Field } from "../../ui/Field";
import { FinerFields } from "../../ui/FinerFields";
import { NotCome } from "../../ui/NotCome";
import { keyOf } from "./whose";

interface Props {
  whose: Whose;
  /** What it is called where it stands: what is kept is named so. */
  title: string;
  /** Who can be chosen to answer; null where that is decided elsewhere. */
  models: readonly ModelView[] | null;
  /** Who decides what is left empty. */
  next: string;
}

/** What one scope decides about answers: what is left empty is left to the next one. */
export function Defaults({ whose, title, models, next }: Props) {
  const { value, problem, again, put } = useAsked(keyOf(whose), (rest) => rest.modelSettings(whose));
  if (value === null) return problem === null ? <p className="faint">Fetching…</p> : <NotCome why={problem} again={again} />;
  if (!value.may_change) return <p className="soft">Its owner and admins decide who answers there.</p>;
  return <Form key={value.version} whose={whose} title={title} models={models} next={next} before={value} kept={put} again={again} />;
}

interface FormProps extends Props {
  before: ModelSettingsView;
  kept: (now: ModelSettingsView) => void;
  again: () => void;
}

function Form({ whose, title, models, next, before, kept, again }: FormProps) {
  const acts = useActs();
  const rest = useRest();
  const { settings, version } = before;
  const [draft, setDraft] = useState(() => draftOf(settings));
  const [isBusy, setBusy] = useState(false);
  const problems = parameterProblems(draft);
  const isSame = JSON.stringify(draft) === JSON.stringify(draftOf(settings));
  const put = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSame || Object.keys(problems).length > 0) return;
    setBusy(true);
    try {
      kept(await rest.decideModels(whose, { settings: settingsIn(draft, settings), version }));
      acts.tell("Kept. It counts from the next answer on.");
      void acts.readModels();
    } catch (error) {
      acts.tell(error instanceof RestError ? error.message : "It could not be kept. Please try again.");
      if (error instanceof RestError && error.code === "moved") again();
      setBusy(false);
    }
  };
  return (
    <form className="defaults" aria-label={title} onSubmit={(event) => void save(event)}>
      {models !== null && (
        <Choice label="Who answers" value={draft.model} options={optionsOf(models, draft.model, next)} onText={(model) => put({ model })} />
      )}
      <div className="defaults-row">
        <Field
          label="Temperature"
          inputMode="decimal"
          value={draft.temperature}
          placeholder={next}
          hint="0 keeps to the facts, 2 is wild."
          problem={problems.temperature}
          onText={(temperature) => put({ temperature })}
        />
        <Field
          label="Length, in tokens"
          inputMode="numeric"
          value={draft.max_tokens}
          placeholder={next}
          problem={problems.max_tokens}
          onText={(max_tokens) => put({ max_tokens })}
        />
        <Choice
          label="Speed or quality"
          value={draft.prefer}
          options={[
            ["", next],
            ["speed", "Speed"],
            ["quality", "Quality"],
          ]}
          onText={(prefer) => put({ prefer })}
        />
      </div>
      <FinerFields draft={draft} put={put} problems={problems} now={(name) => (draft[name] === "" ? `${next}.` : "")} />
      {whose.kind === "house" && (
        <label className="defaults-tick">
          <input type="checkbox" checked={draft.own_keys} onChange={(event) => put({ own_keys: event.target.checked })} />
          <span>
            People may bring keys of their own
            <span className="faint">What they ask then goes to where they say, with what the tools of this house found.</span>
          </span>
        </label>
      )}
      <button className="plain" aria-label={`Keep: ${title}`} disabled={isBusy || isSame}>
        Keep
      </button>
    </form>
  );
}

function draftOf({ model = null, parameters = NO_PARAMETERS, own_keys = false }: ModelSettings) {
  return { ...parameterDraft(parameters), model: model ?? "", own_keys };
}

function settingsIn(draft: ReturnType<typeof draftOf>, before: ModelSettings): ModelSettings {
  return {
    ...before,
    model: draft.model === "" ? null : draft.model,
    parameters: parametersIn(draft, before.parameters ?? NO_PARAMETERS),
    own_keys: draft.own_keys,
  };
}

/** Everybody who can answer, and whoever was chosen and cannot any more. */
function optionsOf(models: readonly ModelView[], chosen: string, next: string): (readonly [string, string])[] {
  const known = inOrder(models, []).map(({ id }) => [id, nameOf(id)] as const);
  const isGone = chosen !== "" && !known.some(([id]) => id === chosen);
  return [["", next], ...known, ...(isGone ? [[chosen, `${nameOf(chosen)} (cannot answer now)`] as const] : [])];
}
