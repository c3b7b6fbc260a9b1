import { useId, useLayoutEffect, useRef, useState } from "react";
import { CloseIcon, DownIcon, UpIcon } from "../../ui/icons";
import { Field } from "../../ui/Field";

interface Props {
  name: string;
  hint: string;
  models: readonly string[];
  change: (models: readonly string[]) => void;
  /** The name that is being written; it counts even before it is added. */
  named: string;
  write: (name: string) => void;
  /** Who could be added. */
  known: readonly string[];
  autoFocus: boolean;
}

/** What a press did, so that the focus can follow: which line, and which of its buttons. */
interface Moved {
  line: number;
  button: "up" | "down" | "remove";
}

const BUTTONS = ["up", "down", "remove"] as const;

/** Models in the order in which they are asked: added by name, moved and taken out by a press. */
export function RouteList({ name, hint, models, change, named, write, known, autoFocus }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const field = useRef<HTMLDivElement>(null);
  const moved = useRef<Moved | null>(null);
  const [said, say] = useState("");
  const offered = useId();
  useLayoutEffect(() => {
    const { current } = moved;
    moved.current = null;
    if (current !== null) (buttonAt(list.current, current) ?? field.current?.querySelector("input"))?.focus();
  }, [models]);

  const move = (from: number, by: 1 | -1) => {
    const model = models[from] ?? "";
    const others = models.filter((_, at) => at !== from);
    moved.current = { line: from + by, button: by < 0 ? "up" : "down" };
    say(`${model} is number ${from + by + 1} of ${models.length} now.`);
    change(others.toSpliced(from + by, 0, model));
  };
  const remove = (at: number) => {
    moved.current = { line: Math.min(at, models.length - 2), button: "remove" };
    say(`${models[at] ?? ""} is taken out.`);
    change(models.toSpliced(at, 1));
  };
  const add = () => {
    change(withNames(models, named));
    say(`${named.trim()} is added.`);
    write("");
  };
  const missing = known.filter((model) => !models.includes(model));
  return (
    <fieldset className="route-list">
      <legend>{name}</legend>
      {models.length > 0 && (
        <ol ref={list} aria-label={name}>
          {models.map((model, at) => (
            <li key={model}>
              <span>{model}</span>
              <button type="button" className="quiet" aria-label={`Move ${model} up in ${name}`} disabled={at === 0} onClick={() => move(at, -1)}>
                <UpIcon />
              </button>
              <button type="button" className="quiet" aria-label={`Move ${model} down in ${name}`} disabled={at === models.length - 1} onClick={() => move(at, 1)}>
                <DownIcon />
              </button>
              <button type="button" className="quiet" aria-label={`Take ${model} out of ${name}`} onClick={() => remove(at)}>
                <CloseIcon />
              </button>
            </li>
          ))}
        </ol>
      )}
      <div className="model-choice-add" ref={field}>
        <Field
          label={`Add to ${name}`}
          value={named}
          list={offered}
          hint={hint}
          placeholder="Name of a model"
          autoFocus={autoFocus}
          autoCapitalize="none"
          spellCheck={false}
          onText={write}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || named.trim() === "") return;
            event.preventDefault();
            add();
          }}
        />
        <button type="button" className="plain" aria-label={`Add it to ${name}`} disabled={named.trim() === ""} onClick={add}>
          Add
        </button>
      </div>
      <datalist id={offered}>
        {missing.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
      <span className="unseen" role="status">
        {said}
      </span>
    </fieldset>
  );
}

/** With what is written at their end: one name, or several with commas between them. None stands there twice. */
export function withNames(models: readonly string[], written: string): string[] {
  const names = written.split(",").map((name) => name.trim());
  return [...new Set([...models, ...names.filter((name) => name !== "")])];
}

/** The button that was pressed, where its line is now; at an end the other way, in an empty list none. */
function buttonAt(list: HTMLElement | null, { line, button }: Moved): HTMLElement | null {
  const buttons = [...(list?.children[line]?.querySelectorAll("button") ?? [])];
  const wanted = buttons[BUTTONS.indexOf(button)];
  return wanted?.disabled === true ? (buttons.find((one) => !one.disabled) ?? null) : (wanted ?? null);
}
