/** Cuts of text in UTF-16 code units; a cut never splits a surrogate pair. */

import { STATE_TEXT_UNITS } from "../protocol";

/** A frame that cannot follow from what is held: something in between is missing. */
export class DoesNotFollow extends Error {}

/** The longest prefix of `text` that has at most `count` units and splits no pair. */
export function firstUnits(text: string, count: number): string {
  if (text.length <= count) return text;
  const last = text.charCodeAt(count - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splits ? count - 1 : count);
}

/**
 * What stands in a state after `chunk` arrived at `offset`, where `text` is the first part of a text that is
 * `length` units long. Throws DoesNotFollow when `offset` lies behind the end.
 */
export function spliced(text: string, length: number, offset: number, chunk: string): { text: string; length: number } {
  if (offset > length) throw new DoesNotFollow(`a chunk at ${offset} does not join a text of ${length} units`);
  const total = offset + chunk.length;
  if (offset >= STATE_TEXT_UNITS) return { text, length: total };
  const head = offset === length ? text : firstUnits(text, offset);
  return { text: firstUnits(head + chunk, STATE_TEXT_UNITS), length: total };
}
