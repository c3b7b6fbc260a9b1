/** Excerpts as they are read: without the marks of Markdown, and not too far before what was looked for. */

import type { Mark } from "../protocol/search";

export interface Excerpt {
  text: string;
  marks: readonly Mark[];
}

const SIGNS = /\*\*|__|~~|`+|(?<=^|\s)(?:#{1,6}|>|\|[-:| ]*)(?:\s|$)/g;

/** `excerpt` without the signs that make words bold, a heading, a row and the like; its marks move along. */
export function withoutSigns({ text, marks }: Excerpt): Excerpt {
  const signs = [...text.matchAll(SIGNS)].map((sign) => ({ start: sign.index, end: sign.index + sign[0].length }));
  const moved = (at: number) => at - signs.reduce((sum, sign) => sum + Math.max(0, Math.min(at, sign.end) - sign.start), 0);
  return {
    text: text.replaceAll(SIGNS, ""),
    marks: marks.map(({ start, end }) => ({ start: moved(start), end: moved(end) })).filter(({ start, end }) => end > start),
  };
}

/** `excerpt` from a word that begins at most `before` units before its first mark. */
export function nearMark({ text, marks }: Excerpt, before: number): Excerpt {
  const first = marks[0]?.start ?? 0;
  if (first <= before) return { text, marks };
  const gap = text.indexOf(" ", first - before - 1);
  const from = gap < 0 || gap >= first ? first : gap + 1;
  return { text: `…${text.slice(from)}`, marks: marks.map(({ start, end }) => ({ start: start - from + 1, end: end - from + 1 })) };
}
