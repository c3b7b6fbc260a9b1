import { useEffect, useRef, useState } from "react";
import type { Message, Notice } from "../protocol";
import { conversationIn } from "../state/room";
import { entriesOf } from "../state/session";
import { useRoom } from "../state/use-room";
import { spoken } from "./spoken";

/** A question and its answer. */
const FIRST_EXCHANGE = 2;

/** Tells whoever listens to the page that an answer has come, once and as a whole, and what the house said beside it. */
export function Announcer({ conversation }: { conversation: string | null }) {
  const talk = useRoom((room) => (conversation === null ? null : conversationIn(room.view, conversation)));
  const isAsked = useRoom((room) => conversation !== null && entriesOf(room.view.entries, conversation).length > 0);
  const [isOwn] = useState(isAsked);
  const news = useNews(talk?.notices ?? null);
  return (
    <>
      <div className="unseen" role="status">
        {talk?.conversation != null && <NewAnswer messages={talk.messages} isOwn={isOwn} />}
      </div>
      <div className="unseen" role="status">
        {news}
      </div>
    </>
  );
}

/**
 * The words of the last answer, if it became whole since one came and was not taken back. Where the first thing was
 * said here (`isOwn`) its answer is new, even if it was whole as soon as it was heard of.
 */
function NewAnswer({ messages, isOwn }: { messages: readonly Message[]; isOwn: boolean }) {
  const last = messages.findLast((message) => message.role === "assistant");
  const [old] = useState(last?.status === "running" || (isOwn && messages.length <= FIRST_EXCHANGE) ? null : last?.id);
  if (last === undefined || last.id === old) return null;
  return last.status === "running" || last.deleted_at !== null ? null : spoken(last);
}

/** What was said since one came. */
function useNews(notices: readonly Notice[] | null): string {
  const known = useRef<ReadonlySet<string> | null>(null);
  const [said, say] = useState("");
  useEffect(() => {
    if (notices === null) return;
    const before = known.current;
    known.current = new Set(notices.map(({ id }) => id));
    const fresh = before === null ? [] : notices.filter(({ id }) => !before.has(id));
    if (fresh.length > 0) say(fresh.map(({ text }) => text).join(" "));
  }, [notices]);
  return said;
}
