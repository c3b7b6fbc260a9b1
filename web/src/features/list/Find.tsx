import type { KeyboardEvent } from "react";
import { useRef } from "react";

/** Where one writes what to look for in the list. */
export function Find({ words, setWords }: { words: string; setWords: (words: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    setWords("");
    field.current?.focus();
  };
  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const side = event.currentTarget.closest(".side");
    if (event.key === "Escape" && words !== "") {
      event.stopPropagation();
      clear();
    } else if (event.key === "ArrowDown" || (event.key === "Enter" && words.trim() !== "")) {
      const first = side?.querySelector<HTMLElement>(".item-link");
      event.preventDefault();
      if (event.key === "Enter") first?.click();
      else first?.focus();
    }
  };
  return (
    <div className="find">
      <input
        ref={field}
        type="search"
        aria-label="Search titles and everything said"
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
