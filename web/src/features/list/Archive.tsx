import { useState } from "react";
import { useActs, useRoom } from "../../state/use-room";
import { useNow } from "../../ui/now";
import { Items, More } from "./Days";
import { useListed } from "./use-listed";

/** What was put away, for whoever looks for it. */
export function Archive({ current }: { current: string | null }) {
  const acts = useActs();
  const [open, setOpen] = useState(false);
  const unread = useRoom((room) => room.reach.archive.until === null && room.reach.archive.more);
  const toggle = () => {
    setOpen(!open);
    if (!open && unread) void acts.readOn("archive");
  };
  return (
    <section aria-label="Archive" className="archive">
      <button className="quiet wide" aria-expanded={open} onClick={toggle}>
        {open ? "Hide the archive" : "Show the archive"}
      </button>
      {open && <Archived current={current} />}
    </section>
  );
}

function Archived({ current }: { current: string | null }) {
  const list = useListed("archive");
  const now = useNow() + useRoom((room) => room.view.ahead);
  if (list === null) return null;
  return (
    <>
      {list.conversations.length === 0 && !list.more && <p className="faint list-note">Nothing is archived.</p>}
      <Items conversations={list.conversations} current={current} now={now} />
      {list.more && <More end="archive" />}
    </>
  );
}
