import { useMemo } from "react";
import type { SearchHit } from "../../protocol/search";
import { chatAddress, projectIn } from "../../state/addresses";
import { titled, together } from "../../state/search";
import { useRoom, useSearch } from "../../state/use-room";
import { Marked } from "../../ui/Marked";
import { Link } from "../../ui/navigation";
import { useNow } from "../../ui/now";
import { ago, agoSaid } from "./ago";
import { useListed } from "./use-listed";

/** What holds the words one looks for: titles at once, and what was said as soon as the server has found it. */
export function Found({ words, current }: { words: string; current: string | null }) {
  const search = useSearch(words);
  const held = useListed("latest");
  const leaving = useRoom((room) => room.leaving);
  const now = useNow() + useRoom((room) => room.view.ahead);
  const hits = useMemo(
    () => together(titled(held?.conversations ?? [], words), search.hits).filter((hit) => !leaving.has(hit.conversation_id)),
    [held, words, search.hits, leaving],
  );
  const looking = search.state === "looking" || search.words !== words.trim();
  return (
    <section aria-label="Found">
      <ul>
        {hits.map((hit) => (
          <Hit key={hit.conversation_id} hit={hit} current={hit.conversation_id === current} now={now} />
        ))}
      </ul>
      <p className="faint list-note" role="status">
        {saying(looking, hits.length, search.state === "found")}
      </p>
      {search.state === "failed" && !looking && (
        <p className="problem list-note">
          {search.problem} <button className="quiet" onClick={search.readOn}>Search again</button>
        </p>
      )}
      {search.more && !looking && (
        <button className="quiet wide" onClick={search.readOn}>
          Show more
        </button>
      )}
    </section>
  );
}

function saying(looking: boolean, count: number, isDone: boolean): string {
  if (looking) return "Looking through what was said…";
  if (count > 0 || !isDone) return "";
  return "No chats found. Fewer words, or only the beginning of one, may find more.";
}

function Hit({ hit, current, now }: { hit: SearchHit; current: boolean; now: number }) {
  const projects = useRoom((room) => room.me?.projects);
  const project = projectIn(projects ?? [], hit.project_id);
  const moment = new Date(hit.created_at ?? hit.last_activity_at);
  return (
    <li className={current ? "item on" : "item"}>
      <Link
        to={chatAddress({ project, conversation: hit.conversation_id, message: hit.message_id })}
        className="item-link hit"
        current={current}
      >
        <b>
          <Marked text={hit.title} marks={hit.title_marks} />
        </b>
        <time dateTime={moment.toISOString()} aria-hidden="true">
          {ago(moment, now)}
        </time>
        <i>
          {hit.role === "user" && "You: "}
          <Marked text={hit.excerpt} marks={hit.marks} />
          {hit.is_archived && <span className="archived"> In the archive</span>}
        </i>
        <span className="unseen">{agoSaid(moment, now)}</span>
      </Link>
    </li>
  );
}
