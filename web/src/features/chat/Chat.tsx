import type { ReactNode } from "react";
import { useEffect } from "react";
import type { ConversationState } from "../../protocol";
import { conversationIn, topicOf } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { go } from "../../ui/navigation";
import { Models } from "../models/Models";
import "./chat.css";
import "./tool.css";
import "./write.css";
import { Conversation } from "./Conversation";

interface Props {
  /** The conversation, or null for one that is not begun. */
  id: string | null;
  /** The project where a new one begins; null for the shared one. */
  project: string | null;
  /** The button that opens the list on a small screen. */
  menu: ReactNode;
  /** Whether something lies over it, so that it can be neither seen nor reached. */
  covered: boolean;
}

/** One conversation on its page. */
export function Chat({ id, project, menu, covered }: Props) {
  const acts = useActs();
  const state = useRoom((room) => (id === null ? null : conversationIn(room.view, id)));
  const refused = useRoom((room) => (id === null ? undefined : room.view.refused[topicOf(id)]));

  useEffect(() => {
    if (id === null) return undefined;
    acts.follow(id);
    return () => acts.leave(id);
  }, [acts, id]);

  const title = id === null ? "New conversation" : (state?.conversation?.title ?? "");
  useEffect(() => {
    document.title = title === "" ? "Parlour" : `${title} · Parlour`;
  }, [title]);

  const gone = refused !== undefined || wasDeleted(state);
  return (
    <main className="room" inert={covered}>
      <header className="top">
        {menu}
        <h1>{title}</h1>
        <Models />
      </header>
      {gone ? <Gone /> : <Conversation id={id} project={project} state={state} />}
    </main>
  );
}

function wasDeleted(state: ConversationState | null): boolean {
  return state !== null && state.conversation === null;
}

function Gone() {
  return (
    <div className="column empty">
      <h2>This conversation is not here</h2>
      <p className="soft">It was deleted, or it belongs to somebody else.</p>
      <button className="plain" onClick={() => go("/chat")}>
        Begin a new one
      </button>
    </div>
  );
}
