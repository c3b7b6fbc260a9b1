import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CopyButton } from "./CopyButton";

const press = () =>
  act(async () => {
    fireEvent.click(screen.getByRole("button"));
    await Promise.resolve();
  });

/** The way of a page without a clipboard. */
function oldWay(copy: () => boolean): void {
  Object.assign(document, { execCommand: copy });
}

function clipboard(writeText: ((text: string) => Promise<void>) | undefined): void {
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue((writeText === undefined ? undefined : { writeText }) as Clipboard);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("it says for two seconds that it copied", async () => {
  const write = vi.fn(() => Promise.resolve());
  clipboard(write);
  render(<CopyButton text={() => "words"} />);
  await press();
  expect(write).toHaveBeenCalledWith("words");
  expect(screen.getByText("Copied")).toBeTruthy();
  act(() => void vi.advanceTimersByTime(1_999));
  expect(screen.getByText("Copied")).toBeTruthy();
  act(() => void vi.advanceTimersByTime(1));
  expect(screen.getByText("Copy")).toBeTruthy();
});

test("a page that did not come over https copies in the old way, and leaves the focus where it was", async () => {
  clipboard(undefined);
  const copied: string[] = [];
  oldWay(() => copied.push((document.activeElement as HTMLTextAreaElement).value) > 0);
  render(<CopyButton text={() => "words"} />);
  screen.getByRole("button").focus();
  await press();
  expect([copied, screen.getByRole("button").textContent]).toEqual([["words"], "Copied"]);
  expect(document.activeElement).toBe(screen.getByRole("button"));
  expect(document.querySelector("textarea")).toBeNull();
});

test.each([
  ["the browser does not allow it", () => "words"],
  ["the text cannot be had", () => Promise.reject(new Error("away"))],
])("where %s it says so", async (_, text) => {
  clipboard(() => Promise.reject(new DOMException("no", "NotAllowedError")));
  oldWay(() => false);
  render(<CopyButton text={text} />);
  await press();
  expect(screen.getByText("Not copied: please select it")).toBeTruthy();
});
