import { useState } from "react";
import { Field } from "../../ui/Field";
import { withNamed } from "./draft";

interface Props {
  /** What the provider says it has. */
  found: readonly string[];
  chosen: readonly string[];
  choose: (models: readonly string[]) => void;
  /** The name that is being written; it counts even before it is added. */
  named: string;
  name: (model: string) => void;
  problem: string | undefined;
}

const MANY = 8;

/** Which models of a provider may be asked: those it has to be ticked, others to be named. */
export function ModelChoice({ found, chosen, choose, named, name, problem }: Props) {
  const [wanted, setWanted] = useState("");
  // What was chosen stays in sight, whether the provider names it or not, and nothing moves when it is ticked.
  const [own] = useState(() => chosen);
  const listed = [...new Set([...own, ...chosen.filter((one) => !found.includes(one)), ...found])];
  const shown = listed.filter((model) => model.toLowerCase().includes(wanted.trim().toLowerCase()));
  const add = () => {
    choose(withNamed(chosen, named));
    name("");
  };
  return (
    <fieldset className="model-choice">
      <legend>Models</legend>
      {listed.length > MANY && (
        <Field label="Find among them" type="search" value={wanted} placeholder="Part of a name" onText={setWanted} />
      )}
      {listed.length > 0 && (
        <ul className="model-choice-list" aria-label="Models to choose from">
          {shown.map((model) => (
            <li key={model}>
              <label>
                <input
                  type="checkbox"
                  checked={chosen.includes(model)}
                  onChange={(event) => choose(event.target.checked ? [...chosen, model] : chosen.filter((one) => one !== model))}
                />
                <span>{model}</span>
              </label>
            </li>
          ))}
          {shown.length === 0 && <li className="faint">None is called so.</li>}
        </ul>
      )}
      {listed.length > 0 && <p className="faint" role="status">{`${String(chosen.length)} chosen of ${String(listed.length)}.`}</p>}
      <div className="model-choice-add">
        <Field
          label={listed.length > 0 ? "Another one, by its name" : "The name of a model"}
          value={named}
          maxLength={200}
          autoCapitalize="none"
          spellCheck={false}
          problem={problem}
          onText={name}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || named.trim() === "") return;
            event.preventDefault();
            add();
          }}
          {...(listed.length === 0 && { hint: "As the provider calls it. Test finds them, where the provider says which it has." })}
        />
        <button type="button" className="plain" disabled={named.trim() === ""} onClick={add}>
          Add
        </button>
      </div>
    </fieldset>
  );
}
