import { useState } from "react";
import { DOLLAR } from "../../protocol/spending";
import type { BudgetView, NewBudget, Period, ScopeKind } from "../../protocol/spending";
import { useAsked } from "../../state/asked";
import { useRest, useRoom } from "../../state/use-room";
import { Choice, Field } from "../../ui/Field";
import { fromDollars } from "../../ui/money";
import { Form } from "./Form";
import { useSending } from "./use-sending";

interface Props {
  /** What is changed; null for a new one. */
  known: BudgetView | null;
  save: (budget: NewBudget) => Promise<void>;
  leave: () => void;
}

interface Draft {
  kind: ScopeKind;
  of: string;
  period: Period;
  dollars: string;
  tokens: string;
  seconds: string;
}

const KINDS = [
  ["tenant", "The whole house"],
  ["project", "A project"],
  ["user", "A person"],
  ["provider", "A provider"],
] as const;
const PERIODS = [
  ["month", "A month"],
  ["day", "A day"],
  ["turn", "Each answer"],
  ["ever", "For good"],
] as const;

/** A budget written down: for whom, how long, and how much. Whatever goes wrong, what was written stays. */
export function BudgetForm({ known, save, leave }: Props) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(known));
  const { busy, problem, send, refuse } = useSending();
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const submit = async () => {
    const budget = budgetOf(draft);
    if (typeof budget === "string") refuse(budget);
    else await send(() => save(budget));
  };
  return (
    <Form label={known === null ? "Set a budget" : "Change the budget"} problem={problem} busy={busy} send="Save" onSend={() => void submit()} leave={leave}>
      {known === null && (
        <>
          <Choice label="For" value={draft.kind} options={KINDS} onText={(kind) => put({ kind: kind as ScopeKind, of: "" })} />
          <Whose kind={draft.kind} of={draft.of} choose={(of) => put({ of })} />
          <Choice label="How long it lasts" value={draft.period} options={PERIODS} onText={(period) => put({ period: period as Period })} hint="Days and months begin at midnight UTC." />
        </>
      )}
      <Field label="US dollars" value={draft.dollars} inputMode="decimal" placeholder="5.00" hint="What stays empty is not limited." onText={(dollars) => put({ dollars })} />
      <Field label="Tokens" value={draft.tokens} inputMode="numeric" placeholder="1000000" hint="Of questions and answers together." onText={(tokens) => put({ tokens })} />
      <Field label="Seconds" value={draft.seconds} inputMode="numeric" placeholder="600" hint="Of models at work." onText={(seconds) => put({ seconds })} />
    </Form>
  );
}

/** The project, person or provider that it is for. */
function Whose({ kind, of, choose }: { kind: ScopeKind; of: string; choose: (of: string) => void }) {
  const rest = useRest();
  const models = useRoom((room) => room.models);
  const { value } = useAsked(`whose ${kind}`, async () => {
    if (kind === "project") return (await rest.projects()).map(({ id, name }) => [id, name] as const);
    if (kind === "user") return (await rest.users()).map(({ id, full_name, username }) => [id, full_name === "" ? username : full_name] as const);
    return [];
  });
  if (kind === "tenant") return null;
  const providers = [...new Set(models.filter(({ host }) => host !== "").map(({ provider }) => provider))].map((name) => [name, name] as const);
  const options = kind === "provider" ? providers : (value ?? []);
  return <Choice label="Which" value={of} options={[["", "Choose one"] as const, ...options]} onText={choose} />;
}

function draftOf(known: BudgetView | null): Draft {
  const [kind, of] = known === null ? (["tenant", ""] as const) : ([known.kind, known.scope.slice(known.kind.length + 1)] as const);
  const dollars = known?.max_cost == null ? "" : String(known.max_cost / DOLLAR);
  return { kind, of, period: known?.period ?? "month", dollars, tokens: String(known?.max_tokens ?? ""), seconds: String(known?.max_seconds ?? "") };
}

/** The budget that was written, or what is wrong with it. */
function budgetOf({ kind, of, period, dollars, tokens, seconds }: Draft): NewBudget | string {
  if (kind !== "tenant" && of === "") return "Choose whom it is for.";
  if ([dollars, tokens, seconds].every((text) => text.trim() === "")) return "Limit money, tokens or seconds.";
  const max_cost = limit(dollars, fromDollars);
  if (max_cost === undefined) return "An amount is written as in 5 or 0.50.";
  const [max_tokens, max_seconds] = [limit(tokens, whole), limit(seconds, whole)];
  if (max_tokens === undefined || max_seconds === undefined) return "Tokens and seconds are whole numbers.";
  return { scope: kind === "tenant" ? kind : `${kind}:${of}`, period, max_cost, max_tokens, max_seconds };
}

/** What was written; null for nothing, undefined for what cannot be read. */
function limit(text: string, read: (text: string) => number | null): number | null | undefined {
  return text.trim() === "" ? null : (read(text) ?? undefined);
}

function whole(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : null;
}
