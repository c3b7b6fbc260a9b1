import type { ClipboardEvent, DragEvent, KeyboardEvent } from "react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { lengthOf } from "../../ui/fold";
import { SendIcon, StopIcon } from "../../ui/icons";
import type { Draft } from "./draft";

const COUNTED_FROM = 40_000;
const LONGEST = 50_000;
/** What is longer than this was not meant to be sent, and would only make the page slow. */
const TAKEN_UP_TO = 200_000;
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
  const [refused, setRefused] = useState<string | null>(null);
  const { text, write } = draft;
  const length = text.length > COUNTED_FROM ? lengthOf(text) : text.length;
  const isReady = length <= LONGEST && text.trim() !== "";

  useLayoutEffect(() => {
    if (field.current !== null) fit(field.current);
  }, [text]);

  // On a touch screen the keyboard comes up with the focus and hides what one came to read.
  useEffect(() => {
    if (focus === 0 && matchMedia("(hover: none)").matches) return;
    const end = field.current?.value.length ?? 0;
    field.current?.focus();
    field.current?.setSelectionRange(end, end);
  }, [focus]);

  const change = (next: string) => {
    setRefused(null);
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
    // Safari ends a composition before the key that ended it; only this old number still tells.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    let isTaken = false;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      send();
      isTaken = true;
    } else if (event.key === "ArrowUp") isTaken = text === "" && onRecall();
    else if (event.key === "Escape") isTaken = escape();
    if (isTaken) event.preventDefault();
  };

  /** Keeps out what is far too long, before the browser takes it in. */
  const taken = (event: ClipboardEvent | DragEvent, from: DataTransfer) => {
    const more = from.getData("text").length;
    if (text.length + more <= TAKEN_UP_TO) return;
    event.preventDefault();
    setRefused(`That is ${more.toLocaleString("en-GB")} characters; a message has at most 50,000. Nothing was pasted, and what you wrote is still here.`);
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
          onPaste={(event) => taken(event, event.clipboardData)}
          onDrop={(event) => taken(event, event.dataTransfer)}
        />
        {length > COUNTED_FROM && (
          <span className={length > LONGEST ? "count over" : "count"} role="status">
            {length.toLocaleString("en-GB")} / 50,000
          </span>
        )}
        {onStop !== null && (
          <button type="button" className="send stop" aria-label="Stop the answer" onClick={onStop}>
            <StopIcon />
          </button>
        )}
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
      {!draft.isKept && (
        <p className="under" role="status">
          This browser does not keep what you are writing: it is gone when the page closes. Sending works as always.
        </p>
      )}
    </>
  );
}

/** Makes the field as high as its text, up to where it scrolls. What lies above must not see it shrink meanwhile. */
function fit(field: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, HIGHEST)}px`;
}
