/** The beginning of what is long: cut where a reader would cut, never inside of a character or of something open. */

import { blocksOf, fenceAfter } from "./blocks";

/** How many characters a text may have before it is folded, and how many of them are shown then. */
export const LONG = 1_000;
export const SHOWN = 500;

/** A table is one from its third line on: names, a rule, a row. */
const TABLE_HEAD = 3;

/** The number of characters, as a person counts them; both halves of a pair are one. */
export function lengthOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    if (isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1))) {
      pairs += 1;
      at += 1;
    }
  }
  return text.length - pairs;
}

/** At most `most` units of plain text, up to the end of a word where one is near. */
export function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, isHigh(text.charCodeAt(most - 1)) ? most - 1 : most);
  const gap = Math.max(cut.lastIndexOf(" "), cut.lastIndexOf("\n"));
  return `${cut.slice(0, gap > most * 0.8 ? gap : undefined).trimEnd()}…`;
}

/** About the first `most` units of a text with Markdown in it. What is cut open is closed. */
export function beginningOfMarkdown(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept: string[] = [];
  let left = most;
  for (const block of blocksOf(text)) {
    if (block.length > left) {
      if (kept.length === 0 || left > most / 2) kept.push(cutBlock(block, left));
      break;
    }
    kept.push(block);
    left -= block.length;
  }
  return kept.join("\n");
}

/** The first lines of a block. The line that is too long is cut in words, if it is neither code nor a row. */
function cutBlock(block: string, most: number): string {
  const closed: string[] = [];
  let open: string[] = [];
  let fence: string | null = null;
  let left = most;
  for (const line of block.split("\n")) {
    const isRow = line.startsWith("|");
    if (line.length > left && !(isRow && open.length < TABLE_HEAD)) {
      if (fence !== null) return [...closed, ...open, fence].join("\n");
      return [...closed, withoutLooseMarks([...open, ...(isRow ? [] : [beginningOf(line, Math.max(left, 1))])].join("\n"))].join("\n");
    }
    const after = fenceAfter(fence, line);
    open.push(line);
    if (fence !== null && after === null) {
      closed.push(...open);
      open = [];
    }
    fence = after;
    left -= line.length;
  }
  return block;
}

/** Ends before a mark that opened something and whose end was cut away. */
function withoutLooseMarks(text: string): string {
  let cut = text;
  for (const mark of ["`", "**", "~~"]) {
    if (cut.split(mark).length % 2 === 0) cut = `${cut.slice(0, cut.lastIndexOf(mark)).trimEnd()}…`;
  }
  const link = /!?\[[^\]]*(\](\([^)]*)?)?$/.exec(cut);
  return link === null ? cut : `${cut.slice(0, link.index).trimEnd()}…`;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
