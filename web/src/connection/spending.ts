/** The doors for what models used, and what they may. */

import type { BudgetList, BudgetView, Grouping, NearlyUsed, NearlyUsedList, NewBudget, Spent, UsageReport } from "../protocol/spending";
import type { Call } from "./rest";

export interface Spending {
  /** What was used between two days, both included. */
  usage(by: Grouping, since: string, until: string): Promise<UsageReport>;
  /** What a conversation used since the day it was begun on. */
  usedIn(conversation: string, begun: string): Promise<Spent>;
  /** The budgets that one's next question in a project would draw on and that are nearly used up; null is the shared one. */
  nearlyUsed(project: string | null): Promise<NearlyUsed[]>;
  budgets(): Promise<BudgetView[]>;
  setBudget(budget: NewBudget): Promise<BudgetView[]>;
  removeBudget(id: string): Promise<void>;
}

export function spendingAt(call: Call): Spending {
  return {
    usage: (by, since, until) => call("GET", `/usage?by=${by}&since=${since}&until=${until}`),
    usedIn: async (conversation, begun) =>
      (await call<UsageReport>("GET", `/usage?by=conversation&conversation_id=${conversation}&since=${begun}`)).total,
    nearlyUsed: async (project) => {
      const where = project === null ? "" : `?project_id=${encodeURIComponent(project)}`;
      return (await call<NearlyUsedList>("GET", `/usage/nearly-used${where}`)).budgets;
    },
    budgets: async () => (await call<BudgetList>("GET", "/budgets")).budgets,
    setBudget: async (budget) => (await call<BudgetList>("PUT", "/budgets", budget)).budgets,
    removeBudget: (id) => call("DELETE", `/budgets/${id}`),
  };
}
