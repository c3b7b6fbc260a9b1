/** An answer as it is said aloud: its words without their marks. */

import type { Message } from "../protocol";

const LONGEST = 1_000;

/** What is said of an answer that has ended. A long one is said in part; the whole stands on the page. */
export function spoken(answer: Message): string {
  const words = plain(answer.parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n"));
  if (answer.status === "failed") return `The answer failed. ${answer.error?.message ?? ""}`.trim();
  const heard = words.length > LONGEST ? `${words.slice(0, words.lastIndexOf(" ", LONGEST))} … and more.` : words;
  return `${answer.status === "stopped" ? "The answer was stopped." : "Answer:"} ${heard}`.trim();
}

/** The words of some Markdown. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/^\s*(?:```|~~~).*$/gm, "")
    .replaceAll(/^[\s|:-]+$/gm, "")
    .replaceAll(/^\s*(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, "")
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/(\*{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replaceAll("|", " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}
