import type { RuleView } from "../../protocol/approvals";
import { useAsked } from "../../state/asked";
import { useActs, useRest } from "../../state/use-room";
import { day } from "../../ui/dates";
import { NotCome } from "../../ui/NotCome";
import { nameOf } from "../../ui/runs";

/** What one said "always" to, and how to be asked again. */
export function Rules() {
  const rest = useRest();
  const acts = useActs();
  const { value: rules, problem, again, put } = useAsked("rules", () => rest.rules());
  const remove = async (rule: RuleView) => {
    try {
      await rest.removeRule(rule.id);
      put((rules ?? []).filter((one) => one.id !== rule.id));
      acts.tell(`You are asked again before “${toolOf(rule)}”: “${rule.words}” counts no more.`);
    } catch (error) {
      acts.tell(error instanceof Error ? error.message : "It could not be removed. Please try again.");
    }
  };
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">What needs no asking</h2>
      <p className="soft">Where you chose “always”, it is done without asking you first. Locks, doors, heat and what cannot be undone are always asked.</p>
      <NotCome why={problem} again={again} />
      {rules?.length === 0 && <p className="faint">Nothing so far. Where it can be chosen, it stands beside the question.</p>}
      {rules !== null && rules.length > 0 && (
        <ul className="settings-rows">
          {rules.map((rule) => (
            <li key={rule.id}>
              <div>
                <b>
                  <bdi>{rule.words}</bdi>
                </b>
                <p className="faint">
                  {toolOf(rule)} · {rule.project_name} · since {day(rule.created_at)}
                </p>
              </div>
              <button className="quiet" aria-label={`Ask me again: ${toolOf(rule)}, ${rule.words}`} onClick={() => void remove(rule)}>
                Ask me again
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The tool that needs no asking; what it is for is in the rule's own words. */
function toolOf({ tool_name }: RuleView): string {
  return nameOf({ name: tool_name });
}
