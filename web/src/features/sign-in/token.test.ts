import { expect, test } from "vitest";
import { tokenIn } from "./token";

test.each([
  ["http://127.0.0.1:8000/link?token=abc-DEF_123", "abc-DEF_123"],
  ["  https://house.example/link?from=mail&token=a%2Bb#top ", "a+b"],
  ["Parlour is ready: http://127.0.0.1:8000/link?token=abc", "abc"],
  ["abcdefghijklmnop-_12", "abcdefghijklmnop-_12"],
])("%s holds a token", (pasted, token) => {
  expect(tokenIn(pasted)).toBe(token);
});

test.each(["", "hello", "http://127.0.0.1:8000/link", "http://127.0.0.1:8000/link?token=", "x?token=%E0%A4%A"])("%s holds none", (pasted) => {
  expect(tokenIn(pasted)).toBeNull();
});
