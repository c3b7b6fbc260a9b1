import type { KeyboardEvent, ReactNode } from "react";
import { useEffect } from "react";
import type { ConversationState } from "../../protocol";
import { conversationIn, topicOf } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { isComposing } from "../../ui/composing";
import { go } from "../../ui/navigation";
import { useTitle } from "../../ui/title";
import "./room.css";
import "./talk.css";
import "./answer.css";
import "./tool.css";
import "./write.css";
import { Conversation } from "./Conversation";
import { Count } from "./Count";
import type { DrawOthers } from "./others";
import { OthersContext } from "./others";
import type { OnSeen } from "./seen";
import { SeenContext } from "./seen";
import type { DrawWaiting } from "./waits";
import { WaitingContext } from "./waits";

interface Props {
  /** The conversation, or null for one that is not begun. */
  id: string | null;
  /** The project where a new one begins; null for the shared one. */
  project?: string | null;
  /** The button that opens the list on a small screen. */
  menu: ReactNode;
  /** Whether something lies over it, so that it can be neither seen nor reached. */
  covered: boolean;
  /** Who answers, and who else could. */
  models?: ReactNode;
  /** What stands on an empty page; it is told how to ask something. */
  welcome?: ((ask: (question: string) => void) => ReactNode) | null;
  /** Shows what a model was shown for an answer; without it that is not offered. */
  onSeen?: OnSeen | null;
  /** Draws what waits for a person; without it that is only said. */
  drawWaiting?: DrawWaiting | null;
  /** Draws who else could give an answer; without it only who gave it is asked again. */
  drawOthers?: DrawOthers | null;
}

/** One conversation on its page. */
export function Chat({ id, project = null, menu, covered, models = null, welcome = null, ...draws }: Props) {
  const acts = useActs();
  const state = useRoom((room) => (id === null ? null : conversationIn(room.view, id)));
  const refused = useRoom((room) => (id === null ? undefined : room.view.refused[topicOf(id)]));

  useEffect(() => {
    if (id === null) return undefined;
    acts.follow(id);
    return () => acts.leave(id);
  }, [acts, id]);

  const title = titleOf(id, state);
  useTitle(title);

  const running = state?.turns.find((turn) => turn.status === "running" || turn.status === "waiting");
  const onStop = running === undefined ? null : () => void acts.stop(running.id);
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || isComposing(event.nativeEvent) || onStop === null) return;
    event.preventDefault();
    onStop();
  };

  const gone = refused !== undefined || wasDeleted(state);
  return (
    <main className="room" inert={covered} onKeyDown={pressed}>
      <header className="top">
        {menu}
        <h1>
          <bdi>{title}</bdi>
        </h1>
        <Count state={state} />
        {whereThere(id, state, models)}
      </header>
      {gone ? (
        <Gone />
      ) : (
        <Drawn {...draws}>
          <Conversation id={id} project={project} state={state} onStop={onStop} welcome={welcome} />
        </Drawn>
      )}
    </main>
  );
}

type Draws = Pick<Props, "onSeen" | "drawWaiting" | "drawOthers">;

/** What others draw in a talk. */
function Drawn({ onSeen = null, drawWaiting = null, drawOthers = null, children }: Draws & { children: ReactNode }) {
  return (
    <SeenContext value={onSeen}>
      <WaitingContext value={drawWaiting}>
        <OthersContext value={drawOthers}>{children}</OthersContext>
      </WaitingContext>
    </SeenContext>
  );
}

function titleOf(id: string | null, state: ConversationState | null): string {
  return id === null ? "New conversation" : (state?.conversation?.title ?? "");
}

/** Who answers is asked only of a conversation that is there: of any other that would be refused. */
function whereThere(id: string | null, state: ConversationState | null, models: ReactNode): ReactNode {
  return id === null || (state !== null && !wasDeleted(state)) ? models : null;
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
