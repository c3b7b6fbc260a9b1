import { useEffect, useRef, useState } from "react";
import type { Approval } from "../protocol";
import { headOf } from "../state/room";
import { useRoom } from "../state/use-room";
import { go } from "../ui/navigation";
import { useWaitingInTitle } from "../ui/title";
import { note } from "../connection/notify";

const NONE: readonly Approval[] = [];

/** Says once that something waits: in the title of the tab, to whoever listens, and to whoever looks elsewhere. */
export function Attention() {
  const inbox = useRoom((room) => headOf(room)?.inbox);
  const known = useRef<ReadonlySet<string> | null>(null);
  const [said, say] = useState("");
  const count = inbox?.length ?? 0;
  useWaitingInTitle(count);
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (icon !== null) icon.href = count > 0 ? "/favicon-waiting.svg" : "/favicon.svg";
  }, [count]);

  useEffect(() => {
    if (inbox === undefined) return;
    const before = known.current;
    known.current = new Set(inbox.map(({ id }) => id));
    const fresh = before === null ? NONE : inbox.filter(({ id }) => !before.has(id));
    if (fresh.length === 0) return;
    say(fresh.map(({ label }) => `Waits for your word: ${label}.`).join(" "));
    note(inbox.length, () => go("/inbox"));
  }, [inbox]);

  return (
    <div className="unseen" role="status">
      {said}
    </div>
  );
}
