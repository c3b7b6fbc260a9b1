import { useMemo, useState } from "react";
import type { Conversation } from "../../protocol";
import { headOf, united } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { PlusIcon } from "../../ui/icons";
import { Mark } from "../../ui/Mark";
import { Link } from "../../ui/navigation";
import { byDay } from "./days";
import { Item } from "./Item";
import "./list.css";

/** The list of one's conversations, and who one is. */
export function Sidebar({ current }: { current: string | null }) {
  return (
    <nav className="side" aria-label="Conversations">
      <div className="brand">
        <Mark />
        Parlour
      </div>
      <Link to="/" className="new" current={current === null}>
        <PlusIcon />
        New conversation
      </Link>
      <div className="list">
        <Live current={current} />
        <Archive current={current} />
      </div>
      <Person />
    </nav>
  );
}

function Live({ current }: { current: string | null }) {
  const head = useRoom(headOf);
  const older = useRoom((room) => room.older);
  const conversations = useMemo(() => united(head?.conversations ?? [], older), [head, older]);
  if (head === null) return <p className="faint list-note">Loading…</p>;
  if (conversations.length === 0) return <p className="faint list-note">Nothing was asked yet.</p>;
  return (
    <>
      {byDay(conversations, new Date()).map((day) => (
        <section key={day.name} aria-label={day.name}>
          <h2>{day.name}</h2>
          <Items conversations={day.conversations} current={current} />
        </section>
      ))}
      {head.window !== "" && <Older />}
    </>
  );
}

function Older() {
  const acts = useActs();
  const remain = useRoom((room) => room.olderRemain);
  const reading = useRoom((room) => room.reading.has("older"));
  if (!remain) return null;
  return (
    <button className="quiet wide" disabled={reading} onClick={() => void acts.readOlder()}>
      {reading ? "Fetching…" : "Show older ones"}
    </button>
  );
}

function Archive({ current }: { current: string | null }) {
  const acts = useActs();
  const archived = useRoom((room) => room.archived);
  const [open, setOpen] = useState(false);
  const toggle = () => {
    setOpen(!open);
    if (!open) void acts.readArchived();
  };
  return (
    <section aria-label="Archive">
      <button className="quiet wide" aria-expanded={open} onClick={toggle}>
        {open ? "Hide the archive" : "Show the archive"}
      </button>
      {open && archived !== null && archived.length === 0 && <p className="faint list-note">Nothing is archived.</p>}
      {open && archived !== null && <Items conversations={archived} current={current} />}
    </section>
  );
}

function Items({ conversations, current }: { conversations: readonly Conversation[]; current: string | null }) {
  return (
    <ul>
      {conversations.map((conversation) => (
        <Item key={conversation.id} conversation={conversation} current={conversation.id === current} />
      ))}
    </ul>
  );
}

function Person() {
  const me = useRoom((room) => room.me);
  const acts = useActs();
  if (!me) return null;
  const name = me.full_name || me.username;
  return (
    <div className="me">
      <span>{name === me.role ? name : `${name} · ${me.role}`}</span>
      <button className="quiet" onClick={() => void acts.signOut()}>
        Sign out
      </button>
    </div>
  );
}
