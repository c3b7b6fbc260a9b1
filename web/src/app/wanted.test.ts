import { beforeEach, expect, test } from "vitest";
import { takeWanted, want } from "./wanted";

const CHAT = "/chat/0199a000-0000-7000-8000-000000000002#m-1";
const MINUTE = 60_000;

beforeEach(() => localStorage.clear());

test("where somebody wanted to go is told once", () => {
  want(CHAT, 0);
  expect(takeWanted(5 * MINUTE)).toBe(CHAT);
  expect(takeWanted(5 * MINUTE)).toBe("/chat");
});

test("what was wanted long ago, or by a clock that was set since, is wanted no more", () => {
  want(CHAT, 0);
  expect(takeWanted(16 * MINUTE)).toBe("/chat");
  want(CHAT, 24 * 60 * MINUTE);
  expect(takeWanted(0)).toBe("/chat");
});

test("looking at the beginning, or at the sign-in link itself, does not take its place", () => {
  want(CHAT, 0);
  for (const path of ["/", "/chat", "/link?token=secret"]) want(path, 1);
  expect(takeWanted(2)).toBe(CHAT);
});

test("nothing leads to another site", () => {
  for (const address of ["//far.example/chat", "https://far.example", "javascript:1", "/\\far.example"]) {
    localStorage.setItem("parlour.wanted", JSON.stringify({ address, at: 0 }));
    expect(takeWanted(0)).toBe("/chat");
  }
});
