/** The keys that work anywhere on the page, and the list of all of them. */

import { useEffect } from "react";
import type { KeyGroup } from "../features/find/Keys";
import { isComposing } from "../ui/composing";

/** What the key for commands is called on this machine. */
export const COMMAND = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

export const KEYS: readonly KeyGroup[] = [
  {
    where: "Anywhere",
    keys: [
      [[COMMAND, "K"], "Find a conversation, begin one, or do something"],
      [["?"], "Show these keys, when nothing is being written"],
      [["Esc"], "Close what is open"],
      [[COMMAND, "Z"], "Take back an archiving or a deletion, while that is offered"],
    ],
  },
  {
    where: "Where you write",
    keys: [
      [["Enter"], "Send"],
      [["Shift", "Enter"], "Begin a new line"],
      [["↑"], "In an empty field: say your last question in other words"],
      [["Esc"], "Stop the answer that is being written"],
    ],
  },
  {
    where: "In a question that you change",
    keys: [
      [["Enter"], "Save it, and ask again where it is the last"],
      [["Esc"], "Leave it as it was"],
    ],
  },
  {
    where: "In the list",
    keys: [
      [["↑", "↓"], "Go from one conversation to the next"],
      [["Enter"], "Open it"],
      [["F2"], "Give it another title"],
      [["Delete"], "Delete it; this can be undone for 10 seconds"],
    ],
  },
];

interface Bound {
  find: () => void;
  list: () => void;
  /** Takes back what was done last; null when nothing can be. */
  undo: (() => void) | null;
}

/** Lets the keys that work anywhere do their work. */
export function useKeys({ find, list, undo }: Bound): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const act = event.defaultPrevented || isComposing(event) ? null : meant(event, { find, list, undo });
      if (act === null) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [find, list, undo]);
}

function meant(event: KeyboardEvent, { find, list, undo }: Bound): (() => void) | null {
  const key = withCommand(event);
  if (key === "command k") return find;
  if (isWriting(event.target)) return null;
  if (key === "command z") return undo;
  return key === "?" ? list : null;
}

/** The key that is pressed, after "command" where that is held; nothing where another is. */
function withCommand(event: KeyboardEvent): string {
  if (event.altKey) return "";
  if (!event.metaKey && !event.ctrlKey) return event.key;
  return event.shiftKey ? "" : `command ${event.key.toLowerCase()}`;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
