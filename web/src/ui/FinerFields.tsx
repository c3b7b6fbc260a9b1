import { Disclosure } from "./Disclosure";
import { Field } from "./Field";
import "./finer.css";

type Name = "top_p" | "presence_penalty" | "frequency_penalty";

interface Props {
  draft: Readonly<Record<Name, string>>;
  put: (part: Partial<Record<Name, string>>) => void;
  /** What is wrong with what stands in them. */
  problems: Partial<Record<Name, string>>;
  /** What counts now, and who decided it. */
  now: (name: Name) => string;
}

const FIELDS: readonly (readonly [Name, string, string])[] = [
  ["top_p", "Top p", "Above 0, up to 1: only words from this share of what is likely. Change this or the temperature, not both."],
  ["presence_penalty", "Presence penalty", "From -2 to 2: above 0 it turns to new subjects sooner."],
  ["frequency_penalty", "Frequency penalty", "From -2 to 2: above 0 it repeats its words less."],
];
const EMPTY = { top_p: "", presence_penalty: "", frequency_penalty: "" };

/** How an answer is to be, for people who know their model: out of the way, and emptied by one press. */
export function FinerFields({ draft, put, problems, now }: Props) {
  const set = FIELDS.filter(([name]) => draft[name] !== "").length;
  return (
    <Disclosure face="More" aside={set === 0 ? "" : `${set} set`}>
      <div className="finer">
        {FIELDS.map(([name, label, hint]) => (
          <Field
            key={name}
            label={label}
            inputMode="decimal"
            value={draft[name]}
            hint={`${hint} ${now(name)}`.trim()}
            problem={problems[name]}
            onText={(text) => put({ [name]: text })}
          />
        ))}
        <button type="button" className="plain" disabled={set === 0} onClick={() => put(EMPTY)}>
          Empty these
        </button>
      </div>
    </Disclosure>
  );
}
