/** Which figures in the words of an answer are from which of its runs. Rather none than a wrong one. */

import type { JsonValue, ToolCallPart } from "../../protocol";
import type { FindsFigures, Stretch } from "../../ui/figured";

/** A number as it is written: 9, 1,200, 21.5, -3. Not one that belongs to more: a date, a time, a version, "7th". */
const NUMBER = /(?<![\p{L}\p{N}_#/.,:–+-])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\p{L}\p{N}_]|[.,:/–-]\d)/gu;

/** A text that is one number and nothing else, as some tools give numbers: "21.50", "60 %". */
const ALONE = /^[-−]?\d+(?:\.\d+)?(?: ?%)?$/;

/** A text that says something, and does not name something. */
const SENTENCE = /[.!?]$/;

/** Lists are counted down to this depth of a result: further in are those that belong to one thing of many. */
const COUNTED = 1;

/** So many digits are told apart without fail; longer numbers are names. */
const DIGITS = 15;

/** A word that belongs to a number stands within so many characters of it. */
const NEAR = 40;

interface Mention {
  value: number;
  at: number;
  end: number;
  /** The number with the word before it, and with that after it; null where none is: what tells a name again. */
  before: string | null;
  after: string | null;
}

/** What one call has in it: its numbers, and the numbers in its names. */
interface Within {
  numbers: Set<number>;
  names: Set<string>;
}

/**
 * Finds figures that are from one of these calls: the number stands in what was asked of it or in what came of it, and
 * in no other of them, and is not part of a name. Null where there is none to be from.
 */
export function figuresFrom(calls: readonly ToolCallPart[]): FindsFigures | null {
  if (!calls.some((call) => call.status === "completed")) return null;
  // Nobody can say what is not in a result of which only the beginning is here.
  if (calls.length > 1 && calls.some((call) => call.truncated)) return null;
  const within = calls.map((call) => ({ call, ...inside(call) }));
  return (words) => {
    const stretches: Stretch[] = [];
    let told = 0;
    for (const mention of mentionsIn(words)) {
      const { value, at, end } = mention;
      const [from, other] = within.filter(({ numbers }) => numbers.has(value));
      if (from?.call.status !== "completed" || other !== undefined) continue;
      if (within.some(({ names }) => isNamed(mention, names)) || isQuoted(words, at)) continue;
      stretches.push({ words: words.slice(told, at), call: null }, { words: words.slice(at, end), call: from.call.tool_call_id });
      told = end;
    }
    return [...stretches, { words: words.slice(told), call: null }].filter((stretch) => stretch.words !== "");
  };
}

function inside({ result, summary, arguments: asked, error }: ToolCallPart): Within {
  const within: Within = { numbers: new Set(), names: new Set() };
  look(result, 0, within);
  for (const value of Object.values(asked)) look(value, COUNTED + 1, within);
  for (const { value } of mentionsIn(summary ?? "")) within.numbers.add(value);
  // A failure's own words stand in the answer as they are, and lead nowhere.
  for (const mention of mentionsIn(error?.message ?? "")) within.names.add(nameOf(mention));
  return within;
}

function look(value: JsonValue, depth: number, within: Within): void {
  if (typeof value === "number") within.numbers.add(value);
  else if (typeof value === "string") read(value, within);
  else if (typeof value === "object" && value !== null) {
    if (Array.isArray(value) && depth <= COUNTED) within.numbers.add(value.length);
    for (const inner of Object.values(value)) look(inner, depth + 1, within);
  }
}

function read(text: string, { numbers, names }: Within): void {
  const isFigure = ALONE.test(text) || SENTENCE.test(text);
  for (const mention of mentionsIn(text)) {
    if (isFigure) numbers.add(mention.value);
    else names.add(nameOf(mention));
  }
}

function mentionsIn(words: string): Mention[] {
  return [...words.matchAll(NUMBER)].flatMap((match) => {
    const [written] = match;
    if (written.length > DIGITS) return [];
    const [at, end] = [match.index, match.index + written.length];
    const value = Number(written.replaceAll(",", "").replace("−", "-"));
    const before = /[\p{L}\p{N}]+(?=[^\p{L}\p{N}]*$)/u.exec(words.slice(Math.max(0, at - NEAR), at))?.[0].toLowerCase();
    const after = /[\p{L}\p{N}]+/u.exec(words.slice(end, end + NEAR))?.[0].toLowerCase();
    return [{ value, at, end, before: before === undefined ? null : `${before} ${value}`, after: after === undefined ? null : `${value} ${after}` }];
  });
}

/** What a name with a number in it is known by. */
function nameOf({ value, before, after }: Mention): string {
  return before ?? after ?? String(value);
}

function isNamed({ before, after }: Mention, names: ReadonlySet<string>): boolean {
  return (before !== null && names.has(before)) || (after !== null && names.has(after));
}

function isQuoted(words: string, at: number): boolean {
  return words.lastIndexOf("“", at) > words.lastIndexOf("”", at);
}
