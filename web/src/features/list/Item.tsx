import type { KeyboardEvent } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Conversation } from "../../protocol";
import { chatAddress, projectIn, runsAddress } from "../../state/addresses";
import { headOf } from "../../state/room";
import { entriesOf } from "../../state/session";
import { useActs, useRoom } from "../../state/use-room";
import { MoreIcon } from "../../ui/icons";
import { Link, go } from "../../ui/navigation";
import { Pop, PopItem } from "../../ui/Pop";
import { ago, agoSaid } from "./ago";
import { focusBeside } from "./moved-by-keys";
import { Rename } from "./Rename";
import { lastLine, messages, waitingFor } from "./words";

interface Props {
  conversation: Conversation;
  current: boolean;
  /** The date in the house. */
  now: number;
}

/** A conversation in the list: its title, the last line or what it waits for, and what can be done with it. */
export function Item({ conversation, current, now }: Props) {
  const [renaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const renamed = useRef(false);
  const { id, title } = conversation;
  const project = useRoom((room) => projectIn(room.me?.projects ?? [], conversation.project_id));
  const move = useMoves(conversation, current, project);

  useEffect(() => {
    if (renamed.current && !renaming) link.current?.focus();
    renamed.current = renaming;
  }, [renaming]);

  if (renaming) return <Rename conversation={conversation} done={() => setRenaming(false)} />;
  const pressed = (event: KeyboardEvent<HTMLAnchorElement>) => {
    if (event.key === "F2") setRenaming(true);
    else if (event.key === "Delete") move.remove(event.currentTarget);
    else return;
    event.preventDefault();
  };
  return (
    <li className={current ? "item on" : "item"}>
      <Link ref={link} to={chatAddress({ project, conversation: id })} className="item-link" current={current} onKeyDown={pressed}>
        <Face conversation={conversation} now={now} />
      </Link>
      <Pop className="item-menu" label={`More for ${title}`} face={<MoreIcon />}>
        {(close) => (
          <>
            <PopItem act={() => setRenaming(true)}>Rename</PopItem>
            <PopItem
              act={() => {
                close();
                go(runsAddress(id));
              }}
            >
              What was done here
            </PopItem>
            <PopItem
              act={(pressed) => {
                close();
                move.putAway(pressed);
              }}
            >
              {conversation.is_archived ? "Take out of the archive" : "Archive"}
            </PopItem>
            <PopItem
              act={(pressed) => {
                close();
                move.remove(pressed);
              }}
            >
              Delete
            </PopItem>
          </>
        )}
      </Pop>
    </li>
  );
}

/** What takes it out of sight: the focus goes to the one beside it, and the room to a new conversation if it was open. */
function useMoves(conversation: Conversation, current: boolean, project: string | null) {
  const acts = useActs();
  const leave = (inside: Element, act: () => void) => {
    focusBeside(inside);
    act();
    if (current) go(chatAddress({ project }));
  };
  return {
    remove: (inside: Element) => leave(inside, () => acts.remove(conversation)),
    putAway: (inside: Element) => {
      if (!conversation.is_archived) leave(inside, () => void acts.archive(conversation));
      else {
        focusBeside(inside);
        void acts.restore(conversation);
      }
    },
  };
}

function Face({ conversation, now }: { conversation: Conversation; now: number }) {
  const { id, title, last_activity_at, message_count } = conversation;
  const inbox = useRoom((room) => headOf(room)?.inbox);
  const entries = useRoom((room) => room.view.entries);
  const waits = useMemo(
    () => waitingFor((inbox ?? []).filter((approval) => approval.conversation_id === id), entriesOf(entries, id)),
    [inbox, entries, id],
  );
  const moment = new Date(last_activity_at);
  return (
    <>
      <b>{title}</b>
      <time dateTime={last_activity_at} aria-hidden="true">
        {ago(moment, now)}
      </time>
      <i className={waits === null ? undefined : "waits"}>{waits ?? lastLine(conversation)}</i>
      <span className="unseen">
        {messages(message_count)}, {agoSaid(moment, now)}
      </span>
    </>
  );
}
