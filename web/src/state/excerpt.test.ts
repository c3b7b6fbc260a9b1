import { expect, test } from "vitest";
import type { Excerpt } from "./excerpt";
import { nearMark, withoutSigns } from "./excerpt";

/** An excerpt whose marks stand in brackets. */
function from(bracketed: string): Excerpt {
  const marks = [...bracketed.matchAll(/\[(.*?)\]/g)].map((found, index) => {
    const start = found.index - 2 * index;
    return { start, end: start + (found[1] ?? "").length };
  });
  return { text: bracketed.replaceAll(/[[\]]/g, ""), marks };
}

function seen({ text, marks }: Excerpt): string {
  return marks.reduceRight((shown, { start, end }) => `${shown.slice(0, start)}[${shown.slice(start, end)}]${shown.slice(end)}`, text);
}

test.each([
  ["Found 12 devices in the **[Kitchen]**: - **Oven**: on", "Found 12 devices in the [Kitchen]: - Oven: on"],
  ["## [Rooms] | Name | W | | --- | ---: | `[oven]` 5", "[Rooms] Name W [oven] 5"],
  ["two * three_four > five", "two * three_four five"],
  ["**[bold and** more]", "[bold and more]"],
  ["[plain]", "[plain]"],
])("%s is read as %s", (written, read) => {
  expect(seen(withoutSigns(from(written)))).toBe(read);
});

test("what stands far before the first mark is left out, up to a word", () => {
  expect(seen(nearMark(from("a few words that nobody looked for and the [boiler] hums, says the [boiler] man"), 11))).toBe(
    "…and the [boiler] hums, says the [boiler] man",
  );
  expect(seen(nearMark(from("the [boiler] hums"), 12))).toBe("the [boiler] hums");
  expect(seen(nearMark(from("averylongwordwithoutanygap[boiler]"), 5))).toBe("…[boiler]");
  expect(seen(nearMark({ text: "nothing is marked", marks: [] }, 5))).toBe("nothing is marked");
});
