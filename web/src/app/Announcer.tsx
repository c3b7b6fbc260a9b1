import { useEffect, useRef, useState } from "react";
import type { Message } from "../protocol";
import type { Room } from "../state/room";
import { conversationIn } from "../state/room";
import { useRoom } from "../state/use-room";
import { spoken } from "./spoken";

/** Tells whoever listens to the page that an answer has come, once and as a whole, however it was written. */
export function Announcer({ conversation }: { conversation: string | null }) {
  const last = useRoom((room) => lastAnswer(room, conversation));
  const running = useRef<string | null>(null);
  const [said, say] = useState("");

  useEffect(() => {
    if (last?.status === "running") running.current = last.id;
    else if (last !== null && running.current === last.id) {
      running.current = null;
      say(spoken(last));
    }
  }, [last]);

  return (
    <div className="unseen" role="status">
      {said}
    </div>
  );
}

function lastAnswer(room: Room, conversation: string | null): Message | null {
  if (conversation === null) return null;
  return conversationIn(room.view, conversation)?.messages.findLast((message) => message.role === "assistant") ?? null;
}
