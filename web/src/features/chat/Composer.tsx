import type { KeyboardEvent } from "react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { isComposing } from "../../ui/composing";
import { SendIcon, StopIcon } from "../../ui/icons";
import type { Draft } from "./draft";
import { NotKept } from "./NotKept";
import { countOf, isSayable, isTooLong, useTaking } from "./taking";

const HIGHEST = 178;

interface Props {
  draft: Draft;
  /** Each new value puts the cursor here. */
  focus: number;
  onSend: (text: string) => void;
  /** Ends the running answer; null when none runs. */
  onStop: (() => void) | null;
  /** Begins to change the last own question; false where there is none. */
  onRecall: () => boolean;
  /** Called with a text that was cleared away. */
  onClear: (text: string) => void;
}

/** Where one writes: Enter sends, Shift+Enter begins a line, and nothing is sent while a word is being composed. */
export function Composer({ draft, focus, onSend, onStop, onRecall, onClear }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { text, write } = draft;
  const { refused, forget, takes } = useTaking(text);
  const count = countOf(text);
  const isReady = isSayable(text);

  useLayoutEffect(() => {
    if (field.current !== null) fit(field.current);
  }, [text]);

  // On a touch screen the keyboard comes up with the focus and hides what one came to read.
  useEffect(() => {
    if (focus === 0 && isTouched()) return;
    const end = field.current?.value.length ?? 0;
    field.current?.focus();
    field.current?.setSelectionRange(end, end);
  }, [focus]);

  const [back] = useState(() => () => field.current?.focus());

  const change = (next: string) => {
    forget();
    write(next);
  };
  const send = () => {
    if (isReady) onSend(text.trim());
  };
  const escape = () => {
    if (onStop !== null) onStop();
    else if (text !== "") {
      onClear(text);
      change("");
    } else return false;
    return true;
  };

  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event.nativeEvent)) return;
    let isTaken = false;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      // A key that is held down says it once.
      if (!event.repeat) send();
      isTaken = true;
    } else if (event.key === "ArrowUp") isTaken = text === "" && onRecall();
    else if (event.key === "Escape") isTaken = escape();
    if (isTaken) event.preventDefault();
  };

  return (
    <>
      <form
        className="write"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          ref={field}
          rows={1}
          value={text}
          dir="auto"
          placeholder="Ask something…"
          aria-label="Message"
          enterKeyHint="send"
          onChange={(event) => change(event.target.value)}
          onKeyDown={pressed}
          {...takes}
        />
        {count !== null && (
          <span className={isTooLong(text) ? "count over" : "count"} role="status">
            {count}
          </span>
        )}
        {onStop !== null && <Stop onStop={onStop} onGone={back} />}
        {(onStop === null || isReady) && (
          <button type="submit" className="send" aria-label="Send" disabled={!isReady}>
            <SendIcon />
          </button>
        )}
      </form>
      {refused !== null && (
        <p className="under problem" role="alert">
          {refused}
        </p>
      )}
      {!draft.isKept && <NotKept />}
    </>
  );
}

/** Ends the running answer, and goes with it: whoever pressed it by a key is where one writes then. */
function Stop({ onStop, onGone }: { onStop: () => void; onGone: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const pressed = button.current;
    return () => {
      if (document.activeElement === pressed && !isTouched()) onGone();
    };
  }, [onGone]);
  return (
    <button ref={button} type="button" className="send stop" aria-label="Stop the answer" onClick={onStop}>
      <StopIcon />
    </button>
  );
}

function isTouched(): boolean {
  return matchMedia("(hover: none)").matches;
}

/** Makes the field as high as its text, up to where it scrolls. What lies above must not see it shrink meanwhile. */
function fit(field: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, HIGHEST)}px`;
}
