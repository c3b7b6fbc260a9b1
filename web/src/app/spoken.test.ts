import { expect, test } from "vitest";
import type { Message } from "../protocol";
import { body } from "../state/story";
import { spoken } from "./spoken";

function answer(text: string, changes: Partial<Message> = {}): Message {
  const parts = [{ kind: "text" as const, text, length: text.length }];
  return { ...body("a", { role: "assistant", status: "completed", parts }), position: 1, rev: 1, ...changes };
}

test("an answer is said without its marks", () => {
  const text = "## Kitchen\n\n- **Oven**: `on`\n- [Lamp](https://x.example)\n\n| Name | W |\n| --- | ---: |\n| Oven | 1,940 |\n\n```sql\nselect 1\n```";
  expect(spoken(answer(text))).toBe("Answer: Kitchen Oven: on Lamp Name W Oven 1,940 select 1");
});

test("how it ended is said", () => {
  expect(spoken(answer("Once upon", { status: "stopped" }))).toBe("The answer was stopped. Once upon");
  const error = { code: "ai_provider_error", message: "The model could not answer." };
  expect(spoken(answer("", { status: "failed", error }))).toBe("The answer failed. The model could not answer.");
});

test("a long answer is said in part, up to a word", () => {
  const said = spoken(answer("word ".repeat(2_000)));
  expect(said.length).toBeLessThan(1_100);
  expect(said.endsWith("word … and more.")).toBe(true);
});
