import { expect, test } from "vitest";
import { marksIn } from "./matching";

/** The marked stretches of a text, in order. */
function marked(text: string, words: string): string[] | null {
  return marksIn(text, words)?.map((mark) => text.slice(mark.start, mark.end)) ?? null;
}

test.each([
  ["What's in the kitchen?", "KIT", ["kit"]],
  ["Evening lights and heating", "heat light", ["light", "heat"]],
  ["Größe der Küche", "grosse", null],
  ["Größe der Küche", "kuche", ["Küche"]],
  ["Cafe\u0301 au lait", "cafe", ["Cafe\u0301"]],
  ["Straße", "stra", ["Stra"]],
  ["寝室の温度", "温度", ["温度"]],
  ["🛋️ sofa", "sofa", ["sofa"]],
  ["the theatre", "the", ["the", "the"]],
  ["Lamps", "lamp lamps", ["Lamps"]],
  ["İstanbul", "istanbul", ["İstanbul"]],
  ["Lamps", "", []],
] as const)("%s, looked at for %s, holds %s", (text, words, found) => {
  expect(marked(text, words)).toEqual(found);
});
