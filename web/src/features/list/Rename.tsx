import { useRef, useState } from "react";
import type { Conversation } from "../../protocol";
import { useActs } from "../../state/use-room";

/** A title being changed in its place: Enter keeps it, Escape leaves it as it was. */
export function Rename({ conversation, done }: { conversation: Conversation; done: () => void }) {
  const acts = useActs();
  const [title, setTitle] = useState(conversation.title);
  const [refused, setRefused] = useState(false);
  const left = useRef(false);
  const leave = (keep: boolean) => {
    const next = title.trim().replaceAll(/\s+/g, " ");
    if (left.current) return;
    if (keep && next === "") {
      setRefused(true);
      return;
    }
    left.current = true;
    if (keep && next !== conversation.title) void acts.rename(conversation, next);
    done();
  };
  return (
    <li className="item renaming">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          leave(true);
        }}
      >
        <input
          autoFocus
          aria-label="Title"
          aria-invalid={refused}
          aria-describedby={refused ? "no-title" : undefined}
          maxLength={200}
          value={title}
          onFocus={(event) => event.target.select()}
          onChange={(event) => {
            setTitle(event.target.value);
            setRefused(false);
          }}
          onBlur={() => leave(title.trim() !== "")}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            leave(false);
          }}
        />
        {refused && (
          <p id="no-title" className="problem" role="alert">
            A title needs at least one word.
          </p>
        )}
      </form>
    </li>
  );
}
