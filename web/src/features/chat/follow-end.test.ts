import { beforeEach, expect, test } from "vitest";
import { FollowEnd } from "./follow-end";

let end: FollowEnd;

/** A window of 500 pixels, `left` above the end of a talk of 5,000. */
const at = (left: number, height = 5_000) => ({ scrollTop: height - 500 - left, scrollHeight: height, clientHeight: 500 });

beforeEach(() => {
  end = new FollowEnd();
  end.scrolled(at(0));
});

test("up to 100 pixels from the end it is followed, further away not", () => {
  end.scrolled(at(100));
  expect(end.isFollowed).toBe(true);
  end.scrolled(at(101));
  expect(end.isFollowed).toBe(false);
  end.scrolled(at(60));
  expect(end.isFollowed).toBe(true);
});

test("whoever turns the wheel upwards is let go at once, and caught again on the way down", () => {
  end.pulled(-4);
  end.scrolled(at(4));
  expect(end.isFollowed).toBe(false);
  end.pulled(4);
  end.scrolled(at(0));
  expect(end.isFollowed).toBe(true);
});

test("under a finger nothing moves; lifted at the very end it goes on", () => {
  end.held();
  expect(end.isFollowed).toBe(false);
  end.released(at(40));
  expect(end.isFollowed).toBe(false);
  end.released(at(0));
  expect(end.isFollowed).toBe(true);
});

test("something below is out of sight from 100 pixels on", () => {
  expect([FollowEnd.isFar(at(100)), FollowEnd.isFar(at(101))]).toEqual([false, true]);
});
