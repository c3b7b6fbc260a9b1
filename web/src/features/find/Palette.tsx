import type { KeyboardEvent, ReactNode } from "react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useSearch } from "../../state/use-room";
import { isComposing } from "../../ui/composing";
import { Dialog } from "../../ui/Dialog";
import type { Choice, Command } from "./choices";
import { useChoices } from "./choices";
import "./find.css";

interface Props {
  /** What can be done from anywhere, in the order it is offered. */
  commands: readonly Command[];
  close: () => void;
}

/** Finds a conversation by its title or by what was said, and does what can be done from anywhere. */
export function Palette({ commands, close }: Props) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const search = useSearch(words);
  const choices = useChoices(words, commands, search.hits);
  const id = useId();
  const chosen = Math.min(at, choices.length - 1);

  const act = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    close();
    choice.act();
  };
  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isComposing(event.nativeEvent)) return;
    const next = stepFrom(event.key, chosen, choices.length);
    if (next !== null) setAt(next);
    else if (event.key === "Enter") act(choices[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Find or do something" className="palette" close={close}>
      <input
        autoFocus
        type="text"
        role="combobox"
        aria-label="Find a conversation, or something to do"
        aria-expanded={choices.length > 0}
        aria-controls={id}
        aria-activedescendant={choices.length > 0 ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        placeholder="Find a conversation, or something to do…"
        autoComplete="off"
        maxLength={200}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={pressed}
      />
      <Offered id={id} choices={choices} chosen={chosen} act={act} point={setAt} />
      <p className="faint palette-note" role="status">
        {saying(search.state, choices.length)}
        {search.state === "failed" && search.problem}
      </p>
    </Dialog>
  );
}

function stepFrom(key: string, at: number, count: number): number | null {
  if (key === "ArrowDown") return (at + 1) % Math.max(count, 1);
  if (key === "ArrowUp") return (at - 1 + count) % Math.max(count, 1);
  return null;
}

function saying(state: string, count: number): string {
  if (state === "looking") return "Looking through what was said…";
  return count === 0 && state !== "failed" ? "Nothing was found. Fewer words may find more." : "";
}

interface OfferedProps {
  id: string;
  choices: readonly Choice[];
  chosen: number;
  act: (choice: Choice) => void;
  point: (at: number) => void;
}

function Offered({ id, choices, chosen, act, point }: OfferedProps) {
  const groups = useMemo(() => [...new Set(choices.map((choice) => choice.group))], [choices]);
  return (
    <div className="choices" id={id} role="listbox" aria-label="What was found">
      {groups.map((group) => (
        <div key={group} role="group" aria-label={group}>
          <p className="choices-head" aria-hidden="true">
            {group}
          </p>
          {choices.map(
            (choice, index) =>
              choice.group === group && (
                <Option
                  key={choice.id}
                  id={`${id}-${index}`}
                  on={index === chosen}
                  act={() => act(choice)}
                  point={() => point(index)}
                >
                  <b>{choice.label}</b>
                  {choice.aside !== null && <i>{choice.aside}</i>}
                </Option>
              ),
          )}
        </div>
      ))}
    </div>
  );
}

interface OptionProps {
  id: string;
  on: boolean;
  act: () => void;
  point: () => void;
  children: ReactNode;
}

function Option({ id, on, act, point, children }: OptionProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (on) box.current?.scrollIntoView({ block: "nearest" });
  }, [on]);
  return (
    <div ref={box} id={id} role="option" aria-selected={on} className="choice" onClick={act} onMouseMove={on ? undefined : point}>
      {children}
    </div>
  );
}
