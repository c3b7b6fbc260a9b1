/** What the palette offers: conversations by title, things to do, and what was said. */

import type { ReactNode } from "react";
import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import type { SearchHit } from "../../protocol/search";
import type { Joined } from "../../protocol";
import { chatAddress, projectIn } from "../../state/addresses";
import { nearMark } from "../../state/excerpt";
import { listed } from "../../state/list";
import { marksIn } from "../../state/matching";
import { listsOf } from "../../state/room";
import { titled } from "../../state/search";
import { useRoom } from "../../state/use-room";
import { Marked } from "../../ui/Marked";
import { go } from "../../ui/navigation";

/** Something that can be done from anywhere. */
export interface Command {
  id: string;
  group: string;
  label: string;
  aside?: string;
  /** Other words it is found by. */
  also?: string;
  /** Offered only once one looks for it. */
  hidden?: boolean;
  act: () => void;
}

export interface Choice {
  id: string;
  group: string;
  label: ReactNode;
  aside: ReactNode;
  act: () => void;
}

const RECENT = 5;
const TITLES = 8;
/** How much of an excerpt may stand before what was looked for. */
const BEFORE = 16;

/** What fits `words`, the best first: without words the latest conversations and everything that can be done. */
export function useChoices(words: string, commands: readonly Command[], found: readonly SearchHit[]): Choice[] {
  const known = useRoom(useShallow(listsOf));
  const leaving = useRoom((room) => room.leaving);
  const projects = useRoom((room) => room.me?.projects);
  const held = useMemo(() => listed(known, "latest"), [known]);
  return useMemo(() => {
    const open = (hit: SearchHit) => opening(hit, projects ?? []);
    const isAll = words.trim() === "";
    const fitting = commands.filter((one) => (isAll ? one.hidden !== true : marksIn(`${one.label} ${one.also ?? ""}`, words) !== null));
    const things = fitting.map((one) => doing(one, words));
    if (isAll) {
      const [first, ...others] = things;
      const recent = titled(held.slice(0, RECENT), "").map((hit) => ({ ...open(hit), group: "Latest" }));
      return [...(first === undefined ? [] : [first]), ...recent, ...others];
    }
    const titles = titled(held, words).slice(0, TITLES);
    const shown = new Set(titles.map((hit) => hit.conversation_id));
    const byId = new Map(found.map((hit) => [hit.conversation_id, hit]));
    const said = found.filter((hit) => !shown.has(hit.conversation_id) && !leaving.has(hit.conversation_id));
    return [
      ...titles.map((hit) => ({ ...open(byId.get(hit.conversation_id) ?? hit), group: "Conversations" })),
      ...things,
      ...said.map((hit) => ({ ...open(hit), group: "In what was said" })),
    ];
  }, [held, leaving, projects, commands, found, words]);
}

function doing({ id, group, label, aside, act }: Command, words: string): Choice {
  return { id, group, label: <Marked text={label} marks={marksIn(label, words) ?? []} />, aside: aside ?? null, act };
}

function opening(hit: SearchHit, projects: readonly Joined[]): Choice {
  const { conversation_id: conversation, message_id: message } = hit;
  const project = projectIn(projects, hit.project_id);
  return {
    id: conversation,
    group: "",
    label: <Marked text={hit.title} marks={hit.title_marks} />,
    aside: hit.excerpt === "" ? null : <Marked {...nearMark({ text: hit.excerpt, marks: hit.marks }, BEFORE)} />,
    act: () => go(chatAddress({ project, conversation, message })),
  };
}
