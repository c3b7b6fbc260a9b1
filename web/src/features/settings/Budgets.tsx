import { useState } from "react";
import type { BudgetView, NewBudget, Period, ScopeKind } from "../../protocol/spending";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { day } from "../../ui/dates";
import { money } from "../../ui/money";
import { NotCome } from "../../ui/NotCome";
import { Sure } from "../../ui/Sure";
import { BudgetForm } from "./BudgetForm";

/** What models may use: for admins to decide, for others to know what concerns them. */
export function Budgets() {
  const rest = useRest();
  const acts = useActs();
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  const { value: budgets, problem, again, put } = useAsked("budgets", () => rest.budgets());
  // The one that is being changed, "new" for one more, null for none.
  const [open, setOpen] = useState<BudgetView | "new" | null>(null);
  const save = async (budget: NewBudget) => {
    put(await rest.setBudget(budget));
    setOpen(null);
    acts.tell("The budget counts from the next question on.");
  };
  const remove = (budget: BudgetView) =>
    acts.attempt(async () => {
      await rest.removeBudget(budget.id);
      put((budgets ?? []).filter((one) => one.id !== budget.id));
      acts.tell("That budget limits nothing any more.");
    });
  if (!mayDecide && budgets?.length === 0) return null;
  return (
    <section aria-labelledby="budgets">
      <h2 id="budgets">Budgets</h2>
      <p className="soft">
        What models may use up. A question that a budget does not pay for is not asked; an answer ends where its budget does, and what it said by then is kept. What is free is
        always asked.
      </p>
      <NotCome why={problem} again={again} />
      <ul className="settings-rows">
        {(budgets ?? []).map((budget) => (
          <li key={budget.id} className={open === budget ? "opened" : undefined}>
            {open === budget ? (
              <>
                <h3>{`${whose(budget)}, ${PERIODS[budget.period]}`}</h3>
                <BudgetForm known={budget} save={save} leave={() => setOpen(null)} />
              </>
            ) : (
              <>
                <Told budget={budget} />
                {mayDecide && <Acts budget={budget} change={() => setOpen(budget)} remove={() => void remove(budget)} />}
              </>
            )}
          </li>
        ))}
      </ul>
      {mayDecide && <OneMore isOpen={open === "new"} begin={() => setOpen("new")} save={save} leave={() => setOpen(null)} isNone={budgets?.length === 0} />}
    </section>
  );
}

interface OneMoreProps {
  isOpen: boolean;
  /** Whether there is no budget yet. */
  isNone: boolean;
  begin: () => void;
  save: (budget: NewBudget) => Promise<void>;
  leave: () => void;
}

function OneMore({ isOpen, isNone, begin, save, leave }: OneMoreProps) {
  if (!isOpen) {
    return (
      <>
        {isNone && <p className="faint settings-none">There is none: models may use whatever is asked of them.</p>}
        <button className="plain" onClick={begin}>
          Set a budget
        </button>
      </>
    );
  }
  return (
    <>
      <h3>A budget</h3>
      <BudgetForm known={null} save={save} leave={leave} />
    </>
  );
}

function Acts({ budget, change, remove }: { budget: BudgetView; change: () => void; remove: () => void }) {
  const name = `${whose(budget)}, ${PERIODS[budget.period]}`;
  return (
    <div className="settings-acts" role="group" aria-label={`What to do with the budget: ${name}`}>
      <button className="quiet" onClick={change}>
        Change
      </button>
      <Sure label="Remove…" question={`Remove this budget? ${whose(budget)} may use whatever is asked then.`} yes="Remove it" no="Keep it" act={remove} />
    </div>
  );
}

function Told({ budget }: { budget: BudgetView }) {
  const share = Math.min(1, budget.share);
  const percent = Math.floor(share * 100);
  return (
    <div>
      <b>
        <bdi>{whose(budget)}</bdi>
      </b>
      <p className="faint">
        {limits(budget)} {PERIODS[budget.period]}
        {budget.begins_anew !== null && ` · anew on ${day(budget.begins_anew)}`}
      </p>
      {budget.used !== null && (
        <div className="budget-used">
          <meter className={share >= 1 ? "all" : share >= 0.8 ? "most" : ""} min={0} max={1} value={share} aria-label={`Used of it: ${percent} %`} />
          <span className={share >= 0.8 ? "" : "faint"}>{percent} % used</span>
        </div>
      )}
    </div>
  );
}

const PERIODS: Record<Period, string> = { turn: "for one answer", day: "a day", month: "a month", ever: "for good" };
const OF: Record<ScopeKind, string> = { tenant: "The whole house", project: "Project", user: "Person", provider: "Provider" };

function whose({ kind, name }: BudgetView): string {
  return kind === "tenant" ? OF.tenant : `${OF[kind]} ${name}`;
}

/** What it limits, in words. */
function limits({ max_cost, max_tokens, max_seconds }: BudgetView): string {
  const said: string[] = [];
  if (max_cost != null) said.push(money(max_cost));
  if (max_tokens != null) said.push(`${max_tokens.toLocaleString("en-GB")} tokens`);
  if (max_seconds != null) said.push(`${max_seconds.toLocaleString("en-GB")} seconds of models at work`);
  return said.join(" and ");
}
