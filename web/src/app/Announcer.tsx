import { useEffect, useRef, useState } from "react";
import type { Message, Notice } from "../protocol";
import type { Room } from "../state/room";
import { conversationIn } from "../state/room";
import { useRoom } from "../state/use-room";
import { spoken } from "./spoken";

/** Tells whoever listens to the page that an answer has come, once and as a whole, and what the house said beside it. */
export function Announcer({ conversation }: { conversation: string | null }) {
  const answer = useNewAnswer(useRoom((room) => lastAnswer(room, conversation)));
  const news = useNews(useRoom((room) => noticesIn(room, conversation)));
  return (
    <>
      <div className="unseen" role="status">
        {answer}
      </div>
      <div className="unseen" role="status">
        {news}
      </div>
    </>
  );
}

/** The words of an answer that was whole before one's eyes. */
function useNewAnswer(last: Message | null): string {
  const running = useRef<string | null>(null);
  const [said, say] = useState("");
  useEffect(() => {
    if (last?.status === "running") running.current = last.id;
    else if (last !== null && running.current === last.id) {
      running.current = null;
      say(spoken(last));
    }
  }, [last]);
  return said;
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

function lastAnswer(room: Room, conversation: string | null): Message | null {
  if (conversation === null) return null;
  return conversationIn(room.view, conversation)?.messages.findLast((message) => message.role === "assistant") ?? null;
}

function noticesIn(room: Room, conversation: string | null): readonly Notice[] | null {
  return conversation === null ? null : (conversationIn(room.view, conversation)?.notices ?? null);
}
