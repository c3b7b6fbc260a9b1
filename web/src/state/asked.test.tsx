import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { HandClock, HandLines, NOTHING_KEPT } from "../connection/pretend";
import { restAt } from "../connection/rest";
import { useAsked } from "./asked";
import { createRoom } from "./room";
import { RoomProvider } from "./use-room";

test("what was asked before a change does not take the place of what the change answered", async () => {
  const arrivals: ((words: string) => void)[] = [];
  const rest = restAt("", () => Promise.resolve(new Response("", { status: 404 })));
  const room = createRoom({ rest, open: new HandLines().open, clock: new HandClock(), keep: NOTHING_KEPT });
  const { result } = renderHook(() => useAsked("words", () => new Promise<string>((done) => arrivals.push(done))), {
    wrapper: ({ children }: { children: ReactNode }) => <RoomProvider room={room}>{children}</RoomProvider>,
  });
  act(() => result.current.put("changed"));
  await act(async () => {
    arrivals[0]?.("as it was");
    await Promise.resolve();
  });
  expect(result.current.value).toBe("changed");

  act(() => result.current.again());
  await act(async () => {
    arrivals[1]?.("asked after it");
    await Promise.resolve();
  });
  expect(result.current.value).toBe("asked after it");
});
