import { expect, test } from "vitest";
import { blocksOf } from "./blocks";

test("paragraphs and headings stand on their own", () => {
  expect(blocksOf("One\nstill one\n\n## Two\n\nThree")).toHaveLength(3);
});

test("nothing is lost by cutting", () => {
  const text = "One\n\n```py\na = 1\n\nb = 2\n```\n\nTwo\n\n- a\n\n- b\n\n  inside\n\nThree";
  expect(blocksOf(text).join("\n")).toBe(text);
});

test("a fence stays whole, also one that is still open", () => {
  expect(blocksOf("```\na\n\nb\n```")).toHaveLength(1);
  expect(blocksOf("Look:\n\n```\na\n\nb")).toHaveLength(2);
  expect(blocksOf("~~~~\na\n\n```\n\nb\n~~~~\n\nc")).toHaveLength(2);
});

test("a list with gaps stays one list", () => {
  expect(blocksOf("1. one\n\n2. two\n\n   more\n\n3. three")).toHaveLength(1);
});

test("what defines a link goes with every piece that may use it, and with no other", () => {
  const [uses, plain, defines] = blocksOf("See [it][1].\n\nPlain.\n\n[1]: https://example.org");
  expect(uses).toContain("[1]: https://example.org");
  expect(plain).not.toContain("[1]");
  expect(defines).toContain("[1]: https://example.org");
});

test("what only looks like a definition inside of a fence is none", () => {
  expect(blocksOf("[a]\n\n```\n[1]: https://example.org\n```")[0]).toBe("[a]\n");
});

test("a text with footnotes is not cut", () => {
  expect(blocksOf("So it is.[^1]\n\n[^1]: Says the manual.\n\nEnd")).toHaveLength(1);
});
