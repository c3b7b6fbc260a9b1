import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HandClock } from "./pretend";
import { onWaking } from "./waking";

let clock: HandClock;
let woken: number;
let end: () => void;

beforeEach(() => {
  clock = new HandClock();
  woken = 0;
  end = onWaking(clock, () => (woken += 1));
});
afterEach(() => end());

test.each([
  ["the network is back", () => dispatchEvent(new Event("online"))],
  ["the page comes out of the browser's memory", () => dispatchEvent(new Event("pageshow"))],
  ["the page is seen again", () => document.dispatchEvent(new Event("visibilitychange"))],
  ["the page is thawed", () => document.dispatchEvent(new Event("resume"))],
])("it wakes when %s", (_, happens) => {
  happens();
  expect(woken).toBe(1);
});

test("a page that is only hidden does not wake", () => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  expect(woken).toBe(0);
});

test("it wakes once after the machine has slept, and not while time passes as it should", () => {
  clock.pass(60_000);
  expect(woken).toBe(0);
  clock.sleep(3_600_000);
  clock.pass(60_000);
  expect(woken).toBe(1);
});

test("once it is ended nothing wakes it", () => {
  end();
  clock.sleep(3_600_000);
  clock.pass(60_000);
  dispatchEvent(new Event("online"));
  expect(woken).toBe(0);
});
