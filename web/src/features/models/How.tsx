import type { KeyboardEvent, SubmitEvent } from "react";
import { useState } from "react";
import type { EffectiveModels, Origins } from "../../protocol/effective";
import type { ParameterDraft } from "../../state/parameters";
import { NO_PARAMETERS, fromWhere, parameterDraft, parameterProblems, parametersIn } from "../../state/parameters";
import { useActs, useRoom } from "../../state/use-room";
import { Choice, Field } from "../../ui/Field";
import { FinerFields } from "../../ui/FinerFields";

const EMPTY = parameterDraft(NO_PARAMETERS);

/** How it is answered in this conversation: what is left empty is as it comes. */
export function How() {
  const effective = useRoom((room) => room.effective);
  const planned = useRoom((room) => room.planned.parameters ?? null);
  const isBegun = useRoom((room) => room.here.conversation !== null);
  if (effective === null) return <p className="faint">Fetching…</p>;
  const own = isBegun ? decidedHere(effective) : planned === null ? EMPTY : parameterDraft(planned);
  return <Fields own={own} effective={effective} />;
}

/** What of it the conversation itself decided. */
function decidedHere({ parameters, origins }: EffectiveModels): ParameterDraft {
  const all = parameterDraft(parameters);
  const mine = (name: keyof ParameterDraft) => (origins[name] === "conversation" ? all[name] : "");
  return Object.fromEntries((Object.keys(all) as (keyof ParameterDraft)[]).map((name) => [name, mine(name)])) as Record<keyof ParameterDraft, string>;
}

function Fields({ own, effective }: { own: ParameterDraft; effective: EffectiveModels }) {
  const acts = useActs();
  const [draft, setDraft] = useState(own);
  const [isBusy, setBusy] = useState(false);
  const problems = parameterProblems(draft);
  const isFine = Object.keys(problems).length === 0;
  const isSame = JSON.stringify(draft) === JSON.stringify(own);
  const put = (part: Partial<ParameterDraft>) => setDraft({ ...draft, ...part });
  const keep = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!isFine || isSame || isBusy) return;
    setBusy(true);
    if (await acts.chooseHow(parametersIn(draft, NO_PARAMETERS))) acts.tell("From the next answer on.");
    setBusy(false);
  };
  const { parameters, origins, max_tokens_ceiling } = effective;
  const now = (name: keyof ParameterDraft & keyof Origins, none: string) => said(own[name], parameters[name], origins[name], none);
  return (
    <form className="models-how" onSubmit={(event) => void keep(event)} onKeyDown={leaveArrows}>
      <Field
        label="Temperature"
        inputMode="decimal"
        value={draft.temperature}
        placeholder={String(parameters.temperature ?? "")}
        hint={`0 keeps to the facts, 2 is wild. ${now("temperature", "")}`}
        problem={problems.temperature}
        onText={(temperature) => put({ temperature })}
      />
      <Field
        label="Length, in tokens"
        inputMode="numeric"
        value={draft.max_tokens}
        placeholder={String(parameters.max_tokens ?? "")}
        hint={`At most ${max_tokens_ceiling.toLocaleString("en-GB")}; a token is about three quarters of a word. ${now("max_tokens", "")}`}
        problem={problems.max_tokens}
        onText={(max_tokens) => put({ max_tokens })}
      />
      <Choice
        label="Speed or quality"
        value={draft.prefer}
        options={PREFER}
        hint={now("prefer", "It counts where a question is given to whoever suits it.")}
        onText={(prefer) => put({ prefer })}
      />
      <FinerFields draft={draft} put={put} problems={problems} now={(name) => now(name, "Left to the provider.")} />
      <button className="plain">Keep for this conversation</button>
    </form>
  );
}

const PREFER = [
  ["", "As it comes"],
  ["speed", "Speed"],
  ["quality", "Quality"],
] as const;

/** What counts now, and who decided it. */
function said(own: string, value: number | string | null, from: Origins[keyof Origins], none: string): string {
  if (value === null) return none;
  return own === "" ? `Now ${String(value)}, ${fromWhere(from)}.` : `Now ${String(value)}, chosen for this conversation.`;
}

/** Arrows in a field move in it, not through what is offered around it. */
function leaveArrows(event: KeyboardEvent): void {
  if (event.key.startsWith("Arrow")) event.stopPropagation();
}
