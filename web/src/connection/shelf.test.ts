import { beforeEach, expect, test } from "vitest";
import { shelfOver } from "./shelf";

beforeEach(() => sessionStorage.clear());

test("what is put on it is there for the next page", () => {
  shelfOver(() => sessionStorage).setItem("draft", "half a sen");
  const next = shelfOver(() => sessionStorage);
  expect(next.getItem("draft")).toBe("half a sen");
  expect(next.lasts()).toBe(true);
  next.removeItem("draft");
  expect(sessionStorage.length).toBe(0);
});

test("where storage is forbidden it keeps for as long as the page is open, and says that this does not last", () => {
  const shelf = shelfOver(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  expect(shelf.lasts()).toBe(false);
  shelf.setItem("draft", "half a sen");
  expect(shelf.getItem("draft")).toBe("half a sen");
  shelf.clear();
  expect(shelf.getItem("draft")).toBeNull();
});

test("where storage is full the newest words count, not those that were stored before", () => {
  const room = 12;
  const full = Object.create(sessionStorage, {
    setItem: {
      value: (key: string, value: string) => {
        if (value.length > room) throw new DOMException("No room.", "QuotaExceededError");
        sessionStorage.setItem(key, value);
      },
    },
    getItem: { value: (key: string) => sessionStorage.getItem(key) },
    removeItem: { value: (key: string) => sessionStorage.removeItem(key) },
  }) as Storage;
  const shelf = shelfOver(() => full);
  shelf.setItem("draft", "short");
  shelf.setItem("draft", "x".repeat(room + 1));
  expect(shelf.getItem("draft")).toBe("x".repeat(room + 1));
  expect(sessionStorage.getItem("draft")).toBeNull();
  expect(shelf.lasts()).toBe(false);
  shelf.setItem("draft", "short");
  expect(sessionStorage.getItem("draft")).toBe("short");
  expect(shelf.lasts()).toBe(true);
});
