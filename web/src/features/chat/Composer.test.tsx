import { cleanup, createEvent, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { Composer } from "./Composer";

afterEach(cleanup);

interface Props {
  onSend?: (text: string) => void;
  onStop?: (() => void) | null;
  onClear?: (text: string) => void;
  onRecall?: () => boolean;
  first?: string;
  isKept?: boolean;
}

function Held({ onSend = vi.fn(), onStop = null, onClear = vi.fn(), onRecall = () => false, first = "", isKept = true }: Props) {
  const [text, write] = useState(first);
  const draft = { text, isKept, write, add: write };
  return <Composer draft={draft} focus={0} onSend={onSend} onStop={onStop} onRecall={onRecall} onClear={onClear} />;
}

const field = () => screen.getByLabelText<HTMLTextAreaElement>("Message");

function paste(text: string): boolean {
  const event = createEvent.paste(field(), { clipboardData: { getData: () => text } });
  fireEvent(field(), event);
  return !event.defaultPrevented;
}

test("Enter sends what was written, trimmed", async () => {
  const send = vi.fn();
  render(<Held onSend={send} />);
  await userEvent.type(field(), "  Hello {Enter}");
  expect(send.mock.calls).toEqual([["Hello"]]);
});

test.each(["Control", "Meta"])("Enter with %s sends too", async (key) => {
  const send = vi.fn();
  render(<Held onSend={send} />);
  await userEvent.type(field(), `Hello{${key}>}{Enter}{/${key}}`);
  expect(send.mock.calls).toEqual([["Hello"]]);
});

test("Shift and Enter begin a new line", async () => {
  const send = vi.fn();
  render(<Held onSend={send} />);
  await userEvent.type(field(), "a{Shift>}{Enter}{/Shift}b");
  expect(send).not.toHaveBeenCalled();
  expect(field().value).toBe("a\nb");
});

test("nothing is sent while a word is being composed", async () => {
  const send = vi.fn();
  render(<Held onSend={send} />);
  await userEvent.type(field(), "かな");
  const composing = createEvent.keyDown(field(), { key: "Enter" });
  Object.defineProperty(composing, "isComposing", { value: true });
  fireEvent(field(), composing);
  fireEvent.keyDown(field(), { key: "Enter", keyCode: 229 });
  expect(send).not.toHaveBeenCalled();
  fireEvent.keyDown(field(), { key: "Enter", keyCode: 13 });
  expect(send).toHaveBeenCalledWith("かな");
});

test("what is empty is not sent", async () => {
  const send = vi.fn();
  render(<Held onSend={send} />);
  await userEvent.type(field(), "   {Enter}");
  expect(send).not.toHaveBeenCalled();
  expect(screen.getByLabelText<HTMLButtonElement>("Send").disabled).toBe(true);
});

test("whoever stops an answer is where one writes when it has ended", async () => {
  const { rerender } = render(<Held onStop={vi.fn()} />);
  screen.getByLabelText("Stop the answer").focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByLabelText("Stop the answer"));
  rerender(<Held onStop={null} />);
  expect(document.activeElement).toBe(field());
});

test("while an answer runs it can be stopped, and what is written can still be sent", async () => {
  const send = vi.fn();
  const stop = vi.fn();
  render(<Held onSend={send} onStop={stop} />);
  expect(screen.queryByLabelText("Send")).toBeNull();
  await userEvent.click(screen.getByLabelText("Stop the answer"));
  await userEvent.type(field(), "and then?");
  await userEvent.click(screen.getByLabelText("Send"));
  expect(stop).toHaveBeenCalledTimes(1);
  expect(send).toHaveBeenCalledWith("and then?");
});

test("Escape stops an answer that runs, and clears what is written when none does; that can be had back", () => {
  const stop = vi.fn();
  const clear = vi.fn();
  const { rerender } = render(<Held onStop={stop} onClear={clear} first="half a sen" />);
  fireEvent.keyDown(field(), { key: "Escape" });
  expect([stop.mock.calls.length, field().value]).toEqual([1, "half a sen"]);
  rerender(<Held onClear={clear} />);
  fireEvent.keyDown(field(), { key: "Escape" });
  expect([clear.mock.calls, field().value]).toEqual([[["half a sen"]], ""]);
  fireEvent.keyDown(field(), { key: "Escape" });
  expect(clear).toHaveBeenCalledTimes(1);
});

test("the arrow upwards changes the last question, from an empty field only", async () => {
  const recall = vi.fn(() => true);
  render(<Held onRecall={recall} />);
  fireEvent.keyDown(field(), { key: "ArrowUp" });
  expect(recall).toHaveBeenCalledTimes(1);
  await userEvent.type(field(), "a{ArrowUp}");
  expect(recall).toHaveBeenCalledTimes(1);
});

test("a text near the limit is counted as people count, and one beyond it is not sent", () => {
  const send = vi.fn();
  render(<Held onSend={send} first={"🪔".repeat(50_001)} />);
  expect(screen.getByText("50,001 / 50,000")).toBeTruthy();
  fireEvent.keyDown(field(), { key: "Enter" });
  expect(send).not.toHaveBeenCalled();
});

test("up to 40,000 characters nothing is counted", () => {
  render(<Held first={"x".repeat(40_000)} />);
  expect(screen.queryByText(/50,000/)).toBeNull();
  fireEvent.change(field(), { target: { value: "x".repeat(40_001) } });
  expect(screen.getByText("40,001 / 50,000")).toBeTruthy();
});

test("ten megabytes are not pasted; what was there stays, and it says why", async () => {
  render(<Held first="half a sen" />);
  expect(paste("x".repeat(10 * 1024 * 1024))).toBe(false);
  expect(field().value).toBe("half a sen");
  expect(screen.getByRole("alert").textContent).toMatch(/^That is 10,485,760 characters; .* Nothing was pasted/);
  expect(paste("x".repeat(60_000))).toBe(true);
  await userEvent.type(field(), "t");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("where the browser keeps nothing it says so, and sends all the same", async () => {
  const send = vi.fn();
  render(<Held onSend={send} isKept={false} />);
  expect(screen.getByText(/This browser does not keep what you are writing/)).toBeTruthy();
  await userEvent.type(field(), "Hello{Enter}");
  expect(send).toHaveBeenCalledWith("Hello");
});
