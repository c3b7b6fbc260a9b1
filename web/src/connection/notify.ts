/** A note by the browser's own means that something waits, for somebody who looks elsewhere. Never what was said. */

import { recalled, remembered } from "./keep";
import { browserShelf } from "./shelf";

const KEY = "parlour.notify";

/** Whether this browser can, may and is to show them; "forbidden" is what somebody told the browser itself. */
export type Notes = "impossible" | "off" | "on" | "forbidden";

/** How it stands now. */
export function notes(): Notes {
  if (typeof Notification === "undefined" || !isSecureContext) return "impossible";
  if (Notification.permission === "denied") return "forbidden";
  return Notification.permission === "granted" && recalled(browserShelf, KEY) === true ? "on" : "off";
}

/** Asks the browser, because a person pressed a button. */
export async function allowNotes(): Promise<Notes> {
  if ((await Notification.requestPermission()) === "granted") remembered(browserShelf, KEY, true);
  return notes();
}

/** No more of them in this browser. */
export function forbidNotes(): Notes {
  browserShelf.removeItem(KEY);
  return notes();
}

/** Shows one, if that is wanted and the page is out of sight; a press on it leads to what waits. */
export function note(count: number, open: () => void): void {
  if (document.visibilityState === "visible" || notes() !== "on") return;
  const words = count === 1 ? "Something waits for your word." : `${count} things wait for your word.`;
  const shown = new Notification("Parlour", { body: words, tag: "parlour-waiting" });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}
