import { cleanup, render } from "@testing-library/react";
import type * as ReactMarkdown from "react-markdown";
import { afterEach, expect, test, vi } from "vitest";
const read = vi.hoisted(() => [] as string[]);

vi.mock("react-markdown", async (original) => {
  const real = await original<typeof ReactMarkdown>();
  const counted = (options: Readonly<ReactMarkdown.Options>) => {
    read.push(options.children ?? "");
    return real.default(options);
  };
  return { ...real, default: counted };
});

afterEach(cleanup);

// What draws Markdown was loaded before; it is to be loaded once more, so that what it reads is counted.
vi.resetModules();
const { Markdown, markdownIsThere } = await import("./Markdown");
await markdownIsThere;

const ANSWER = "# Title\n\nA paragraph that grows.\n\n```py\nprint(1)\n\nprint(2)\n```\n\n| a |\n|---|\n| 1 |\n\nThe end of it.";

test("while an answer grows, only its last piece is read again", () => {
  const { rerender, container } = render(<Markdown text="" />);
  let pieces = 0;
  for (let length = 1; length <= ANSWER.length; length += 1) {
    read.length = 0;
    rerender(<Markdown text={ANSWER.slice(0, length)} />);
    const now = container.querySelectorAll(".prose > *").length;
    // Where a new piece begins, the one before it is read for the last time.
    expect(read.length, `at ${length}`).toBeLessThanOrEqual(now > pieces ? 2 : 1);
    pieces = now;
  }
  expect(pieces).toBe(5);
  read.length = 0;
  rerender(<Markdown text={`${ANSWER} And more.`} />);
  expect(read).toEqual(["The end of it. And more."]);
});
