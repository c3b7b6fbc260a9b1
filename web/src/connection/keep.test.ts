import { beforeEach, expect, test } from "vitest";
import { Shelf, keptIn, recalled, remembered } from "./keep";

beforeEach(() => sessionStorage.clear());

test("what was written is there after a reload, for the same person", () => {
  const keep = keptIn(sessionStorage);
  keep.claim("robin");
  keep.save([]);
  remembered(sessionStorage, "parlour.draft.new", "half a sen");
  expect(keptIn(sessionStorage).claim("robin")).toBe(false);
  expect(recalled(sessionStorage, "parlour.draft.new")).toBe("half a sen");
});

test("nothing of one person is there for the next", () => {
  keptIn(sessionStorage).claim("robin");
  remembered(sessionStorage, "parlour.draft.new", "private");
  expect(keptIn(sessionStorage).claim("ines")).toBe(true);
  expect(recalled(sessionStorage, "parlour.draft.new")).toBeNull();
});

test("what cannot be read counts as nothing", () => {
  sessionStorage.setItem("parlour.outbox", "{");
  expect(keptIn(sessionStorage).load()).toEqual([]);
});

test("what the browser refuses is kept as long as the page is open, and it says that it is not kept longer", () => {
  const shelf = new Shelf(() => {
    throw new DOMException("forbidden", "SecurityError");
  });
  expect(recalled(shelf, "draft")).toBeNull();
  expect(remembered(shelf, "draft", "half a sen")).toBe(false);
  expect(recalled(shelf, "draft")).toBe("half a sen");
  expect(keptIn(shelf).claim("ines")).toBe(false);
  expect(keptIn(shelf).claim("robin")).toBe(true);
  expect(recalled(shelf, "draft")).toBeNull();
});

test("once there is room again it is kept by the browser", () => {
  let isFull = true;
  const shelf = new Shelf(() => {
    if (isFull) throw new DOMException("full", "QuotaExceededError");
    return sessionStorage;
  });
  remembered(shelf, "draft", "a");
  isFull = false;
  expect(remembered(shelf, "draft", "ab")).toBe(true);
  expect(sessionStorage.getItem("draft")).toBe('"ab"');
});
