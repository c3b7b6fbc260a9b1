import { act, cleanup, render, screen } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Link, go, useHash, usePath } from "./navigation";

let arrived: string[];

beforeEach(() => {
  arrived = [];
  history.replaceState(null, "", "/chat/c");
});
afterEach(cleanup);

function Place() {
  const [path, hash] = [usePath(), useHash()];
  useEffect(() => {
    arrived.push(`${path} ${hash}`);
  }, [path, hash]);
  return <Link to="/chat/c#m">Go</Link>;
}

test("a link leads within the page, to a message in it as well", () => {
  render(<Place />);
  const before = history.length;
  act(() => screen.getByText("Go").click());
  expect(arrived).toEqual(["/chat/c ", "/chat/c m"]);
  expect(history.length).toBe(before + 1);
});

test("following a link to where one is leads there again, and adds nothing to go back to", async () => {
  render(<Place />);
  act(() => go("/chat/c#m"));
  const before = history.length;
  await act(async () => {
    screen.getByText("Go").click();
    await Promise.resolve();
  });
  expect(arrived).toEqual(["/chat/c ", "/chat/c m", "/chat/c ", "/chat/c m"]);
  expect(location.hash).toBe("#m");
  expect(history.length).toBe(before);
});
