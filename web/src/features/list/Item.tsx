import type { ReactNode } from "react";
import { useState } from "react";
import type { Conversation } from "../../protocol";
import { useActs } from "../../state/use-room";
import { MoreIcon } from "../../ui/icons";
import { Link, go } from "../../ui/navigation";
import { Pop } from "../../ui/Pop";

interface Props {
  conversation: Conversation;
  current: boolean;
}

/** A conversation in the list: its title, the last line, and what can be done with it. */
export function Item({ conversation, current }: Props) {
  const [renaming, setRenaming] = useState(false);
  if (renaming) return <Rename conversation={conversation} done={() => setRenaming(false)} />;
  return (
    <li className={current ? "item on" : "item"}>
      <Link to={`/chat/${conversation.id}`} className="item-link" current={current}>
        <b>{conversation.title}</b>
        <i>{lastLine(conversation)}</i>
      </Link>
      <Pop className="item-menu" label={`More for ${conversation.title}`} face={<MoreIcon />}>
        {(close) => (
          <>
            <Choice act={() => setRenaming(true)}>Rename</Choice>
            <Moving conversation={conversation} current={current} close={close} />
          </>
        )}
      </Pop>
    </li>
  );
}

function Moving({ conversation, current, close }: Props & { close: () => void }) {
  const acts = useActs();
  const [sure, setSure] = useState(false);
  const moved = async (act: Promise<boolean>) => {
    close();
    if ((await act) && current) go("/");
  };
  return (
    <>
      {conversation.is_archived ? (
        <Choice act={() => void acts.restore(conversation)}>Take out of the archive</Choice>
      ) : (
        <Choice act={() => void moved(acts.archive(conversation))}>Archive</Choice>
      )}
      {sure ? (
        <Choice act={() => void moved(acts.remove(conversation.id))}>
          <span className="bad">Delete for good, with everything in it</span>
        </Choice>
      ) : (
        <Choice act={() => setSure(true)}>Delete…</Choice>
      )}
    </>
  );
}

function Choice({ act, children }: { act: () => void; children: ReactNode }) {
  return (
    <button className="pop-item" onClick={act}>
      {children}
    </button>
  );
}

function Rename({ conversation, done }: { conversation: Conversation; done: () => void }) {
  const acts = useActs();
  const [title, setTitle] = useState(conversation.title);
  const [left, setLeft] = useState(false);
  const keep = async () => {
    if (left) return;
    setLeft(true);
    const next = title.trim();
    if (next !== "" && next !== conversation.title) await acts.rename(conversation.id, next);
    done();
  };
  return (
    <li className="item">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
      >
        <input
          autoFocus
          aria-label="Title"
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          onBlur={() => void keep()}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              setLeft(true);
              done();
            }
          }}
        />
      </form>
    </li>
  );
}

/** The line under a title: what was said last. */
function lastLine({ last_message }: Conversation): string {
  if (last_message === null) return "";
  return last_message.is_user ? `You: ${last_message.text}` : last_message.text;
}
