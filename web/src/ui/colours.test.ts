import { expect, test } from "vitest";
import { piecesOf } from "./colours";

const together = (code: string, language: string) =>
  piecesOf(code, language)
    .map((piece) => piece.text)
    .join("");

test("words, strings and notes are told apart", () => {
  const looks = new Map(piecesOf('def f():\n    return "x"  # why', "python").map(({ look, text }) => [text, look]));
  expect(looks.get("def")).toBe("word");
  expect(looks.get('"x"')).toBe("string");
  expect(looks.get("# why")).toBe("note");
});

test.each(["python", "json", "sql", "html", "bash", "diff", "no-such-language"])("nothing of code in %s is lost", (language) => {
  const code = '<b onclick="x">\n- a: "1" // y\n+ select * from t;\n{"k": [1, null]}\n';
  expect(together(code, language)).toBe(code);
});
