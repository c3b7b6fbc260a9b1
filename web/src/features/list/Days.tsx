import { useMemo } from "react";
import type { Conversation } from "../../protocol";
import type { End } from "../../state/list";
import { isListLate } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { late } from "../../ui/late";
import { useNow } from "../../ui/now";
import { byDay } from "./days";
import { Item } from "./Item";
import { useListed } from "./use-listed";

/** The conversations outside of the archive, by the day something last happened in them. */
export function Days({ current }: { current: string | null }) {
  const sort = useRoom((room) => room.sort);
  const list = useListed(sort);
  const isLate = useRoom(isListLate);
  const ahead = useRoom((room) => room.view.ahead);
  const now = useNow() + ahead;
  const today = new Date(now).toDateString();
  const days = useMemo(() => byDay(list?.conversations ?? [], new Date(today)), [list, today]);
  if (list === null) return <p className="faint list-note">{isLate ? late("your list") : "Loading conversations…"}</p>;
  if (days.length === 0 && !list.more) {
    return <p className="faint list-note">No chats yet. What you ask is kept, and stands here.</p>;
  }
  return (
    <>
      {isLate && <p className="faint list-note">{late("what is new in your list")}</p>}
      <div className="days">
        <Sort />
        {days.map((day) => (
          <section key={day.name} aria-label={day.name}>
            <h2>{day.name}</h2>
            <Items conversations={day.conversations} current={current} now={now} />
          </section>
        ))}
        {list.more && <More end={sort} />}
      </div>
    </>
  );
}

/** Some conversations, one below the other. */
export function Items({ conversations, current, now }: { conversations: readonly Conversation[]; current: string | null; now: number }) {
  return (
    <ul>
      {conversations.map((conversation) => (
        <Item key={conversation.id} conversation={conversation} current={conversation.id === current} now={now} />
      ))}
    </ul>
  );
}

function Sort() {
  const sort = useRoom((room) => room.sort);
  const acts = useActs();
  return (
    <select
      className="list-order"
      aria-label="Order of the list"
      value={sort}
      onChange={(event) => acts.sortBy(event.target.value === "oldest" ? "oldest" : "latest")}
    >
      <option value="latest">Most recent</option>
      <option value="oldest">Oldest first</option>
    </select>
  );
}

const WORDS: Record<End, string> = {
  latest: "Show older ones",
  oldest: "Show later ones",
  archive: "Show older ones",
};

/** Reads on from one end of the list. */
export function More({ end }: { end: End }) {
  const acts = useActs();
  const reading = useRoom((room) => room.reading.has(`list ${end}`));
  return (
    <button className="quiet wide" aria-disabled={reading} onClick={() => void acts.readOn(end)}>
      {reading ? "Fetching…" : WORDS[end]}
    </button>
  );
}
