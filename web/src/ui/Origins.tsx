/** Where the figures of an answer come from: the runs of tools before them, each a press away. */

import type { MouseEvent, ReactNode } from "react";
import { createContext, use } from "react";
import type { FindsFigures } from "./figured";
import { useKept } from "./kept";

/** Something that was looked up or done for an answer. */
export interface Origin {
  /** The id of its call, and of the answer that it is in. */
  id: string;
  message: string;
  label: string;
}

/** So many are named, the last ones: a table is made of what was looked up just before it. */
const NAMED = 3;

/** What is opened is drawn within that time. */
const OPENS_MS = 1_000;

const All = createContext<readonly Origin[]>([]);
const Before = createContext(0);
const Finds = createContext<FindsFigures | null>(null);

/** What tells whether a run is open; whoever draws it keeps that under this key. */
export function openKey(call: string): string {
  return `tool ${call}`;
}

/** The id of what is pressed to open a run in an answer: other answers may have a call of the same id. */
export function lineId(message: string, call: string): string {
  return `run-${message}-${call}`;
}

/** Everything inside may say that it comes from these. `all` has to stay the same value while nothing of it changes. */
export function Origins({ all, children }: { all: readonly Origin[]; children: ReactNode }) {
  return <All value={all}>{children}</All>;
}

/** Everything inside comes after so many of them. */
export function After({ count, children }: { count: number; children: ReactNode }) {
  return <Before value={count}>{children}</Before>;
}

/** The runs that what stands here was made of; nothing where none is known. */
export function From() {
  const all = use(All);
  const count = use(Before);
  const before = all.slice(Math.max(0, count - NAMED), count);
  if (before.length === 0) return null;
  return (
    <span className="from">
      From{" "}
      {before.map((origin) => (
        <Shows key={origin.id} origin={origin} />
      ))}
    </span>
  );
}

/** Figures in everything inside are found by `finds`, which has to stay the same value; none where it is null. */
export function Figures({ finds, children }: { finds: FindsFigures | null; children: ReactNode }) {
  return <Finds value={finds}>{children}</Finds>;
}

/** What finds the figures in words that stand here. */
export function useFigures(): FindsFigures | null {
  return use(Finds);
}

/** A figure among words, which leads to the run that it is from. */
export function Figure({ call, words }: { call: string; words: string }) {
  const origin = use(All).find(({ id }) => id === call);
  return origin === undefined ? words : <Leads origin={origin} words={words} />;
}

/** A link, not a button: it breaks, is selected and is copied as the words around it are. */
function Leads({ origin, words }: { origin: Origin; words: string }) {
  const show = useShow(origin);
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show();
  };
  return (
    <a className="figure" href={`#${origin.message}`} aria-label={`${words}, from: ${origin.label}`} onClick={follow}>
      {words}
    </a>
  );
}

function Shows({ origin }: { origin: Origin }) {
  const show = useShow(origin);
  return (
    <button type="button" className="quiet" aria-label={`Show where it is from: ${origin.label}`} onClick={show}>
      <bdi>{origin.label}</bdi>
    </button>
  );
}

/** Opens a run, and leads to its line. */
function useShow({ id, message }: Origin): () => void {
  const [, setOpen] = useKept(openKey(id), false);
  return () => {
    setOpen(true);
    const line = document.getElementById(lineId(message, id));
    line?.focus();
    if (line !== null) keepInSight(line);
  };
}

/** Keeps a line in sight while what opens below it is drawn: where the end of a talk is followed, it would be pushed out. */
function keepInSight(line: HTMLElement): void {
  const grown = new ResizeObserver(() => line.scrollIntoView({ block: "nearest" }));
  grown.observe(line.parentElement?.parentElement ?? line);
  setTimeout(() => grown.disconnect(), OPENS_MS);
}
