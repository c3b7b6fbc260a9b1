import { useEffect, useRef } from "react";
import type { ProviderKind, ProviderView } from "../../protocol/providers";
import { Choice, Field } from "../../ui/Field";
import { hintForKey, ofKind, optionsFor, whereItWouldGo } from "./draft";
import { KINDS, THINKING } from "./kinds";
import { ModelChoice } from "./ModelChoice";
import { PRESETS } from "./presets";
import { lineFor } from "./trial";
import type { Writing } from "./use-provider-form";
import { useProviderForm } from "./use-provider-form";

interface Props {
  /** What is changed; null for a new one. */
  known: ProviderView | null;
  /** Names that cannot be used any more. */
  taken: readonly string[];
  /** It was kept: every provider as they are now. */
  kept: (providers: ProviderView[], name: string) => void;
  leave: () => void;
}

/** A server of models, written down, tried out and kept. Whatever goes wrong, what was written stays. */
export function ProviderForm({ known, taken, kept, leave }: Props) {
  const writing = useProviderForm(known, taken, kept);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (writing.refusals > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [writing.refusals]);
  return (
    <form
      ref={form}
      className="provider-form"
      noValidate
      aria-label={known === null ? "A new provider" : `Change ${known.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        writing.save();
      }}
    >
      {known === null && <WhichOne {...writing} />}
      <Access {...writing} known={known} />
      <Test {...writing} />
      <Models {...writing} />
      <p className="soft provider-goes">{whereItWouldGo(writing.draft)}</p>
      <End {...writing} label={known === null ? "Save, and let it answer" : "Save"} leave={leave} />
    </form>
  );
}

function WhichOne({ draft, put, problems }: Writing) {
  return (
    <>
      <div role="group" aria-label="Well-known providers" className="provider-presets">
        {PRESETS.map(({ label, name, address }) => (
          <button
            key={name}
            type="button"
            className="pill"
            aria-pressed={draft.address === address}
            onClick={() => put({ name, address, kind: "openai", options: {} })}
          >
            {label}
          </button>
        ))}
        {KINDS.filter(({ address }) => address !== "").map(({ kind, label, address }) => (
          <button
            key={kind}
            type="button"
            className="pill"
            aria-pressed={draft.address === address}
            onClick={() => put({ name: kind, address, kind, options: {} })}
          >
            {label}
          </button>
        ))}
      </div>
      <Field
        label="Name"
        value={draft.name}
        autoFocus
        maxLength={39}
        autoCapitalize="none"
        spellCheck={false}
        hint="Its models are called by it here, as in openai/…"
        problem={problems.name}
        onText={(name) => put({ name })}
      />
    </>
  );
}

function Access({ draft, put, problems, known }: Writing & { known: ProviderView | null }) {
  return (
    <>
      <Field
        label="Address"
        type="url"
        value={draft.address}
        autoFocus={known !== null}
        maxLength={2000}
        placeholder="https://api.openai.com/v1"
        problem={problems.address}
        onText={(address) => put({ address })}
      />
      <Field
        label="Key"
        type="password"
        value={draft.key}
        autoComplete="off"
        hint={hintForKey(draft, known)}
        problem={problems.key}
        onText={(key) => put({ key })}
      />
      <Format draft={draft} put={put} />
    </>
  );
}

/** What the server speaks, and what else that takes. */
function Format({ draft, put }: Pick<Writing, "draft" | "put">) {
  const takes = optionsFor(draft);
  const option = (name: string) => draft.options?.[name] ?? "";
  const choose = (name: string, value: string) => put({ options: { ...draft.options, [name]: value } });
  return (
    <>
      <Choice
        label="Format"
        value={draft.kind ?? "openai"}
        options={KINDS.map(({ kind, label }) => [kind, label] as const)}
        hint="Most servers speak OpenAI's, whoever made their models."
        onText={(kind) => put(ofKind(draft, kind as ProviderKind))}
      />
      {takes.includes("thinking") && (
        <Choice
          label="Thinking"
          value={option("thinking")}
          options={[["", "As the model does by itself"], ...THINKING.map((level) => [level, THOUGHT[level]] as const)]}
          onText={(value) => choose("thinking", value)}
        />
      )}
      {takes.includes("region") && (
        <Field
          label="Region"
          value={option("region")}
          maxLength={40}
          placeholder="eu-central-1"
          hint="Only needed where the address does not say it."
          onText={(value) => choose("region", value)}
        />
      )}
    </>
  );
}

const THOUGHT = { off: "Off", low: "A little", medium: "Some", high: "A lot" } as const;

function Test({ trial, test, problems }: Writing) {
  return (
    <div className="provider-test">
      <button type="button" className="plain" disabled={trial?.came === null} onClick={test}>
        Test
      </button>
      <p role="status" className={trial?.came?.works === false ? "problem" : "soft"}>
        {lineFor(trial, problems)}
      </p>
    </div>
  );
}

function Models({ draft, put, named, name, trial, problems }: Writing) {
  const found = trial?.came?.models ?? [];
  return (
    <ModelChoice
      key={found.join(" ")}
      found={found}
      chosen={draft.models}
      choose={(models) => put({ models })}
      named={named}
      name={name}
      problem={problems.models}
    />
  );
}

function End({ saving, refused, label, leave }: Writing & { label: string; leave: () => void }) {
  return (
    <>
      {refused !== null && (
        <p className="problem" role="alert">
          {refused} What you wrote is still here.
        </p>
      )}
      <div className="settings-acts">
        <button className="main" disabled={saving}>
          {saving ? "Saving…" : label}
        </button>
        <button type="button" className="plain" onClick={leave}>
          Cancel
        </button>
      </div>
    </>
  );
}
