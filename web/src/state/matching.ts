/** Whether a text holds some words, and where: letters count without their case and accents. */

import type { Mark } from "../protocol/search";

/** Where `text` holds each of `words`, in order and without overlaps; null when one of them is missing. */
export function marksIn(text: string, words: string): Mark[] | null {
  const { letters, places } = folded(text);
  const marks: Mark[] = [];
  for (const word of folded(words).letters.split(/\s+/).filter((one) => one !== "")) {
    let at = letters.indexOf(word);
    if (at < 0) return null;
    for (; at >= 0; at = letters.indexOf(word, at + word.length)) {
      marks.push({ start: places[at] ?? 0, end: places[at + word.length] ?? text.length });
    }
  }
  return joined(marks);
}

/** The letters of `text` in their plainest form, and for each of their units where it stands in `text`. */
function folded(text: string): { letters: string; places: number[] } {
  let letters = "";
  const places: number[] = [];
  let at = 0;
  for (const character of text) {
    const plain = character.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    for (let unit = 0; unit < plain.length; unit += 1) places.push(at);
    letters += plain;
    at += character.length;
  }
  places.push(at);
  return { letters, places };
}

function joined(marks: Mark[]): Mark[] {
  const whole: Mark[] = [];
  for (const mark of marks.sort((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last !== undefined && mark.start <= last.end) last.end = Math.max(last.end, mark.end);
    else whole.push({ ...mark });
  }
  return whole;
}
