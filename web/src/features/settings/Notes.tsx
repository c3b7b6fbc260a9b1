import { useState } from "react";
import type { Notes as Standing } from "../../connection/notify";
import { allowNotes, forbidNotes, notes } from "../../connection/notify";

const WORDS: Record<Standing, string> = {
  off: "When something waits for your word while this page is out of sight, the browser can say so. It never says what.",
  on: "This browser tells you when something waits for your word and this page is out of sight. It never says what.",
  forbidden: "This browser was told to show no notes of this page. You can change that in the browser, beside the address.",
  impossible: "This browser shows notes only of pages that were opened over https, or on the machine itself.",
};

/** Whether the browser says that something waits, while one looks elsewhere. */
export function Notes() {
  const [now, set] = useState(notes);
  return (
    <section aria-labelledby="notes">
      <h2 id="notes">When something waits</h2>
      <p className="soft" role="status">
        {WORDS[now]}
      </p>
      {now === "off" && (
        <button className="plain" onClick={() => void allowNotes().then(set)}>
          Tell me in this browser
        </button>
      )}
      {now === "on" && (
        <button className="plain" onClick={() => set(forbidNotes())}>
          Tell me no more
        </button>
      )}
    </section>
  );
}
