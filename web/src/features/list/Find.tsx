import type { KeyboardEvent } from "react";
import { useRef } from "react";
import { isComposing } from "../../ui/composing";

/** Where one writes what to look for in the list. */
export function Find({ words, setWords }: { words: string; setWords: (words: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    setWords("");
    field.current?.focus();
  };
  const first = () => field.current?.closest(".side")?.querySelector<HTMLElement>(".item-link");
  const acts: Record<string, () => void> = { ArrowDown: () => first()?.focus() };
  if (words !== "") acts["Escape"] = clear;
  if (words.trim() !== "") acts["Enter"] = () => first()?.click();
  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    const act = isComposing(event.nativeEvent) ? undefined : acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div className="find">
      <input
        ref={field}
        type="search"
        aria-label="Search everything said"
        placeholder="Search everything said…"
        autoComplete="off"
        maxLength={200}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={pressed}
      />
      {words !== "" && (
        <button className="quiet clear" aria-label="Clear the search" onClick={clear}>
          ×
        </button>
      )}
    </div>
  );
}
