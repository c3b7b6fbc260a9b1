import { cleanup, createEvent, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { Composer } from "./Composer";

afterEach(cleanup);

function Held({ onSend, onStop = null, first = "" }: { onSend: (text: string) => void; onStop?: (() => void) | null; first?: string }) {
  const [text, setText] = useState(first);
  return <Composer text={text} focus={0} onText={setText} onSend={onSend} onStop={onStop} />;
}

const field = () => screen.getByLabelText<HTMLTextAreaElement>("Message");

test("Enter sends what was written, trimmed", async () => {
  const send = vi.fn();
  render(<Held onSend={send} />);
  await userEvent.type(field(), "  Hello {Enter}");
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
  fireEvent.keyDown(field(), { key: "Escape" });
  expect(stop).toHaveBeenCalledTimes(2);
});

test("a text near the limit is counted, and one beyond it is not sent", () => {
  const send = vi.fn();
  render(<Held onSend={send} first={"🪔".repeat(50_001)} />);
  expect(screen.getByText("50,001 / 50,000")).toBeTruthy();
  fireEvent.keyDown(field(), { key: "Enter" });
  expect(send).not.toHaveBeenCalled();
});
