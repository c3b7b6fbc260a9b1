import { expect, test } from "vitest";
import { beginningOf, beginningOfMarkdown, lengthOf } from "./fold";

test("a character of two units is one", () => {
  expect(lengthOf("a🪔b")).toBe(3);
  expect(lengthOf("\ud83e")).toBe(1);
  expect(lengthOf("")).toBe(0);
});

test("what is short stays as it is", () => {
  expect(beginningOf("short", 5)).toBe("short");
  expect(beginningOfMarkdown("**short**", 9)).toBe("**short**");
});

test("a cut falls between words, and never into a character", () => {
  expect(beginningOf("one two three four", 15)).toBe("one two three…");
  expect(beginningOf("🪔".repeat(10), 5)).toBe("🪔🪔…");
});

test("Markdown is cut between its pieces", () => {
  expect(beginningOfMarkdown(`One.\n\nTwo.\n\n${"x".repeat(100)}`, 14)).toBe("One.\n\nTwo.\n");
});

test("a fence that is cut is closed, with the mark it was opened by", () => {
  const cut = beginningOfMarkdown(`~~~py\n${"value = 1\n".repeat(50)}~~~\n\nbehind`, 60);
  expect(cut.split("\n").filter((line) => line.startsWith("~~~"))).toEqual(["~~~py", "~~~"]);
  expect(cut).not.toContain("behind");
});

test("a fence in the middle of a piece is closed too, and a whole one before the cut left alone", () => {
  expect(beginningOfMarkdown(`Look:\n\`\`\`\n${"value\n".repeat(50)}\`\`\``, 30)).toMatch(/^Look:\n```\n(value\n)+```$/);
  expect(beginningOfMarkdown(`Look:\n\`\`\`\nvalue\n\`\`\`\n${"word ".repeat(50)}`, 40)).toMatch(/^Look:\n```\nvalue\n```\n(word ?)+…$/);
});

test("a table that is cut keeps its head and whole rows", () => {
  const cut = beginningOfMarkdown(`| a | b |\n|---|---|\n${"| one | two |\n".repeat(50)}`, 60);
  expect(cut.split("\n").slice(2).every((line) => line === "| one | two |")).toBe(true);
});

test.each([
  ["**bold that goes on and on and on** for long", "…"],
  ["a word and `code that goes on and on` for long", "a word and…"],
  ["a word and [a link to it](https://example.org/very/long) for long", "a word and…"],
])("what was opened in %s and cut away is not begun", (text, expected) => {
  expect(beginningOfMarkdown(text, 30)).toBe(expected);
});

test("a text of one endless word is cut all the same", () => {
  expect(beginningOfMarkdown("x".repeat(5_000), 500)).toHaveLength(501);
});
