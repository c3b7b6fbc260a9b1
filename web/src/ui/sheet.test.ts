import { expect, test } from "vitest";
import { commaSeparated, tabSeparated } from "./sheet";

const lines = (text: string) => text.replace(/^\ufeff/, "").split("\r\n");

test("what separates or quotes is quoted", () => {
  expect(lines(commaSeparated([["a,b", 'say "x"', "two\nlines", 1.5, true, null]]))).toEqual([
    '"a,b","say ""x""","two\nlines",1.5,true,',
    "",
  ]);
});

test.each(["=1+1", "@sum(a)", "+cmd", "-2+3", '=HYPERLINK("http://example.org")', "\t=1"])("%s is text, not a formula", (text) => {
  expect(lines(commaSeparated([[text]]))[0]?.replace(/^"/, "")).toMatch(/^'/);
  expect(tabSeparated([[text]])).toMatch(/^'/);
});

test("a number stays one, also below zero", () => {
  expect(lines(commaSeparated([[-4, "-4.5", "+1"]]))[0]).toBe("-4,-4.5,+1");
});

test("pasted, a row stays one line and a cell one cell", () => {
  expect(tabSeparated([["a\tb", "c\nd"], ["e", 2]])).toBe("a b\tc d\ne\t2");
});
