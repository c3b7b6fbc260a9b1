import type { ReactNode } from "react";
import { useMemo, useRef, useState } from "react";
import type { Approval } from "../../protocol";
import { chatAddress, projectIn } from "../../state/addresses";
import { headOf, isListLate } from "../../state/room";
import { useRoom } from "../../state/use-room";
import { late } from "../../ui/late";
import { Link } from "../../ui/navigation";
import { useTitle } from "../../ui/title";
import { Card } from "./Card";

interface Props {
  /** The button that opens the list on a small screen. */
  menu: ReactNode;
  covered: boolean;
}

const NONE: readonly Approval[] = [];

/** Everything that waits for one's word, wherever it was asked; what is decided meanwhile stays and says by whom. */
export function Inbox({ menu, covered }: Props) {
  useTitle("Waiting for you");
  const head = useRef<HTMLHeadingElement>(null);
  const [toHead] = useState(() => () => head.current?.focus());
  const isKnown = useRoom((room) => headOf(room) !== null);
  const isLate = useRoom(isListLate);
  const shown = useShown();
  return (
    <main className="room" inert={covered}>
      <header className="top">
        {menu}
        <h1 ref={head} tabIndex={-1}>
          Waiting for you
        </h1>
      </header>
      <div className="inbox">
        <div className="column">
          {shown.map((approval) => (
            <div key={approval.id} className="inbox-one">
              <Where approval={approval} />
              <Card approval={approval} onGone={toHead} />
            </div>
          ))}
          {isLate && <p className="soft">{late("what waits for you")}</p>}
          {shown.length === 0 && !isLate && (
            <p className="soft">
              {isKnown ? "Nothing waits for your word. What would change something, and asks first, stands here until it is decided." : "Looking…"}
            </p>
          )}
        </div>
      </div>
    </main>
  );
}

/** What waits, and what was decided since one came here, the oldest first. */
function useShown(): Approval[] {
  const inbox = useRoom((room) => headOf(room)?.inbox) ?? NONE;
  const settled = useRoom((room) => room.settled);
  const [before] = useState(settled);
  return useMemo(() => {
    const since = Object.values(settled).filter(({ id }) => before[id] === undefined);
    const waiting = inbox.filter(({ id }) => settled[id] === undefined);
    return [...waiting, ...since].sort((a, b) => (a.requested_at < b.requested_at ? -1 : 1));
  }, [inbox, settled, before]);
}

function Where({ approval: { conversation_id, message_id, project_id } }: { approval: Approval }) {
  const title = useRoom((room) => [...(headOf(room)?.conversations ?? []), ...room.read].find(({ id }) => id === conversation_id)?.title);
  const project = useRoom((room) => projectIn(room.me?.projects ?? [], project_id));
  return (
    <p className="faint">
      In{" "}
      <Link to={chatAddress({ project, conversation: conversation_id, message: message_id })}>
        <bdi>{title ?? "its conversation"}</bdi>
      </Link>
    </p>
  );
}
