import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Ago } from "./Ago";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const DAY = 24 * 60 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("it stays true while it stands there", () => {
  render(<Ago at="2026-11-20T12:00:00Z" ahead={0} />);
  expect(screen.getByText("just now")).toBeTruthy();
  act(() => void vi.advanceTimersByTime(5 * 60_000));
  expect(screen.getByText("5 min ago")).toBeTruthy();
});

test("a machine whose clock is a day off shows what is true all the same", () => {
  vi.setSystemTime(NOW - DAY);
  render(<Ago at="2026-11-20T11:55:00Z" ahead={DAY} />);
  expect(screen.getByText("5 min ago")).toBeTruthy();
});

test("nothing ticks where no time is shown", () => {
  const { unmount } = render(<Ago at="2026-11-20T12:00:00Z" ahead={0} />);
  expect(vi.getTimerCount()).toBe(1);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});
