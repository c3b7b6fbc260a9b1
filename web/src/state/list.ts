/**
 * One's list of conversations: the live head of it, copies that were read by REST, and what is being done to some of
 * them and has not come back yet. Of one conversation the newest copy counts, wherever it came from.
 */

import type { Conversation, DurableFrame, UserState } from "../protocol";
import { latestFirst } from "./reduce";

/** The ends a list is read from: the latest activity first, the oldest first, or the archive. */
export type End = "latest" | "oldest" | "archive";

/** How far the list was read from one end. */
export interface Reach {
  /** The last activity of the last one that was read; null before anything was. */
  until: string | null;
  /** Whether more lie behind it, as far as is known. */
  more: boolean;
}

export interface Lists {
  sort: "latest" | "oldest";
  read: readonly Conversation[];
  reach: Readonly<Record<End, Reach>>;
  /** Those that are out of sight while something is done to them: archived, brought back, deleted. */
  leaving: ReadonlySet<string>;
  /** Titles that are being kept. */
  titles: Readonly<Record<string, string>>;
}

/** The lists with the live head, which is null until it is known. */
export interface Known extends Omit<Lists, "sort"> {
  head: UserState | null;
}

const UNREAD: Reach = { until: null, more: true };

/** Nothing read yet. */
export const NO_LISTS: Omit<Lists, "sort"> = {
  read: [],
  reach: { latest: UNREAD, oldest: UNREAD, archive: UNREAD },
  leaving: new Set(),
  titles: {},
};

/** The list as it is seen from one end, as far as it is known. */
export function listed(known: Known, end: End): Conversation[] {
  const { leaving, titles } = known;
  return reached(known, end)
    .filter((one) => !leaving.has(one.id))
    .map((one) => (titles[one.id] === undefined ? one : { ...one, title: titles[one.id] ?? one.title }));
}

/** Whether more can be read from that end. */
export function remains(known: Known, end: End): boolean {
  return end === "archive" ? known.reach.archive.more : !whole(known);
}

/** The conversations between one end and where the reading stopped, with those that are out of sight. */
export function reached(known: Known, end: End): Conversation[] {
  const { head, read, reach } = known;
  const all = newest(head?.conversations ?? [], read).filter((one) => one.is_archived === (end === "archive"));
  if (!remains(known, end)) return end === "oldest" ? all.reverse() : all;
  const { until } = reach[end];
  if (end === "oldest") return upTo(all.reverse(), until);
  return from(all, until ?? (end === "latest" ? (head?.window ?? null) : null));
}

/** Whether every conversation outside of the archive is held. */
function whole(known: Known): boolean {
  return known.head?.window === "" || !known.reach.latest.more || !known.reach.oldest.more;
}

function from(latest: Conversation[], until: string | null): Conversation[] {
  return until === null ? [] : latest.filter((one) => one.last_activity_at >= until);
}

function upTo(oldest: Conversation[], until: string | null): Conversation[] {
  return until === null ? [] : oldest.filter((one) => one.last_activity_at <= until);
}

/** The lists after a page was read from one end. */
export function withRead<L extends Lists>(lists: L, end: End, page: readonly Conversation[], more: boolean): Pick<L, "read" | "reach"> {
  const until = page.at(-1)?.last_activity_at ?? lists.reach[end].until;
  return { read: newest(lists.read, page), reach: { ...lists.reach, [end]: { until, more } } };
}

/** The copies that were read, after an event on the person's topic. */
export function readAfter(read: readonly Conversation[], frame: DurableFrame): readonly Conversation[] {
  if (frame.type === "conversation_deleted") return read.filter((one) => one.id !== frame.conversation_id);
  if (frame.type !== "conversation_updated" || !read.some((one) => one.id === frame.conversation.id)) return read;
  return newest([frame.conversation], read);
}

/** Both together, the latest activity first; of one conversation the newer copy, and of equals the first. */
export function newest(first: readonly Conversation[], second: readonly Conversation[]): Conversation[] {
  const held = new Map(first.map((one) => [one.id, one]));
  for (const one of second) {
    const other = held.get(one.id);
    if (other === undefined || other.updated_at < one.updated_at) held.set(one.id, one);
  }
  return [...held.values()].sort(latestFirst);
}
