import type { KeyboardEvent } from "react";
import { useEffect, useLayoutEffect, useRef } from "react";
import { SendIcon, StopIcon } from "../../ui/icons";

const COUNTED_FROM = 40_000;
const LONGEST = 50_000;

interface Props {
  text: string;
  /** Each new value puts the cursor here. */
  focus: number;
  onText: (text: string) => void;
  onSend: (text: string) => void;
  /** Ends the running answer; null when none runs. */
  onStop: (() => void) | null;
}

/** Where one writes: Enter sends, Shift+Enter begins a line, and nothing is sent while a word is being composed. */
export function Composer({ text, focus, onText, onSend, onStop }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const length = text.length > COUNTED_FROM ? Array.from(text).length : text.length;
  const ready = text.trim() !== "" && length <= LONGEST;

  useLayoutEffect(() => {
    const box = field.current;
    if (box === null) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  }, [text]);

  // On a touch screen the keyboard comes up with the focus and hides what one came to read.
  useEffect(() => {
    if (focus > 0 || !matchMedia("(hover: none)").matches) field.current?.focus();
  }, [focus]);

  const send = () => {
    if (ready) onSend(text.trim());
  };

  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Safari ends a composition before the key that ended it; only this old number still tells.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && onStop !== null) {
      event.preventDefault();
      onStop();
    }
  };

  return (
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
        placeholder="Ask something…"
        aria-label="Message"
        enterKeyHint="send"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={pressed}
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
      {(onStop === null || ready) && (
        <button type="submit" className="send" aria-label="Send" disabled={!ready}>
          <SendIcon />
        </button>
      )}
    </form>
  );
}
